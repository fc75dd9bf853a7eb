using Freshet.Benchmarks.Sql;

// sqlite, postgres, or nothing for both. PostgreSQL is started for the purpose, and syncs to disk as in production.
var which = args is [var name] ? name : null;
if (which is null or "sqlite")
{
    await using var sqlite = new SqliteShop();
    await Costs.PrintAsync(sqlite);
    await Latencies.PrintAsync(sqlite);
    await RelayRate.PrintAsync(sqlite);
}
if (which is null or "postgres")
{
    await using var postgres = await PostgresShop.StartAsync();
    await Costs.PrintAsync(postgres);
    await Latencies.PrintAsync(postgres);
    await RelayRate.PrintAsync(postgres);
}
