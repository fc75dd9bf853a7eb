using Freshet.Benchmarks.Sql;

// sqlite or postgres, or nothing for both; then costs, or nothing for all figures. PostgreSQL is started for the purpose, and syncs to disk as in production.
var which = args is [var name, ..] ? name : null;
var costsAlone = args is [_, "costs"];
if (which is null or "sqlite")
{
    await using var sqlite = new SqliteShop();
    await PrintAsync(sqlite);
}
if (which is null or "postgres")
{
    await using var postgres = await PostgresShop.StartAsync();
    await PrintAsync(postgres);
}

async Task PrintAsync(Shop shop)
{
    await Costs.PrintAsync(shop);
    if (costsAlone) return;
    await Latencies.PrintAsync(shop);
    await RelayRate.PrintAsync(shop);
}
