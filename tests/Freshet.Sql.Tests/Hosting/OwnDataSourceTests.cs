using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Sql.Tests.Hosting;

/// <summary>The pool that Freshet makes of a connection string.</summary>
public sealed class OwnDataSourceTests : OutboxTest<PostgresTestDatabase>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ItEndsWithItsApplication(bool waits)
    {
        var services = new ServiceCollection();
        services.AddFreshet().UsePostgresOutbox(Database.Source.ConnectionString + ";Application Name=own");
        var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<OutboxDatabase>().HasTableAsync("freshet_outbox", default);
        Connections().ShouldBe(1);

        if (waits) await provider.DisposeAsync();
#pragma warning disable CA1849 // as a container does that is disposed without waiting
        else provider.Dispose();
#pragma warning restore CA1849

        await UntilAsync(() => Connections() == 0);

        long Connections() => Database.ReadAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'own' AND datname = current_database()").GetAwaiter().GetResult();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void AConnectionStringThatSaysNothingIsRefusedAtOnce(string connectionString) =>
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddFreshet().UsePostgresOutbox(connectionString));
}
