using Freshet.Sql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>One call registers it, whichever way the context is.</summary>
public sealed class HostingTests
{
    [Fact]
    public async Task TheContextMayBeRegisteredAfterwardsOrBefore()
    {
        var connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        foreach (var isBefore in (bool[])[true, false])
        {
            await using var app = await StartAsync(services =>
            {
                if (isBefore) services.AddDbContext<Desk>(options => options.UseNpgsql(connectionString));
                services.AddFreshet().Add<Billing>().UseEntityFrameworkOutbox<Desk>(outbox => outbox.CreateTables = true);
                if (!isBefore) services.AddDbContext<Desk>(options => options.UseNpgsql(connectionString));
            });
            (await SaveAsync(app)).ShouldBe(1, $"{isBefore}");
        }
    }

    [Fact]
    public async Task ADataSourceIsUsedAsTheContextUsesIt()
    {
        var connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var app = await StartAsync(services =>
        {
            services.AddDbContext<Desk>(options => options.UseNpgsql(source));
            services.AddFreshet().Add<Billing>().UseEntityFrameworkOutbox<Desk>(outbox => outbox.CreateTables = true);
        });
        (await SaveAsync(app)).ShouldBe(1);
        app.Services.GetRequiredService<ContextDatabase>().Source.ShouldBeSameAs(source);
    }

    [Fact]
    public async Task AContextThatIsHandedAConnectionNeedsADataSourceBeside()
    {
        var connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(connectionString);
        var refused = await Should.ThrowAsync<OutboxContextException>(() => StartAsync(services =>
        {
            services.AddDbContext<Desk>(options => options.UseNpgsql(connection));
            services.AddFreshet().Add<Billing>().UseEntityFrameworkOutbox<Desk>();
        }));
        (refused.Context, refused.Fault, refused.Code).ShouldBe((typeof(Desk), OutboxContextFault.NoConnection, "outbox-context"));

        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var app = await StartAsync(services =>
        {
            services.AddSingleton(source);
            services.AddDbContext<Desk>(options => options.UseNpgsql(connection));
            services.AddFreshet().Add<Billing>().UseEntityFrameworkOutbox<Desk>(outbox => outbox.CreateTables = true);
        });
        (await SaveAsync(app)).ShouldBe(1);
    }

    [Fact]
    public async Task AnotherDatabaseThanPostgresIsRefused()
    {
        var refused = await Should.ThrowAsync<OutboxContextException>(() => StartAsync(services =>
        {
            services.AddDbContext<Desk>(options => options.UseInMemoryDatabase("other"));
            services.AddFreshet().Add<Billing>().UseEntityFrameworkOutbox<Desk>();
        }));
        refused.Fault.ShouldBe(OutboxContextFault.NotPostgres);
        refused.Message.ShouldContain("UseSqliteOutbox");
    }

    [Fact]
    public async Task AMissingTableEndsTheStart()
    {
        var connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var missing = await Should.ThrowAsync<OutboxTableMissingException>(() => StartAsync(services =>
        {
            services.AddDbContext<Desk>(options => options.UseNpgsql(connectionString));
            services.AddFreshet().Add<Billing>().UseEntityFrameworkOutbox<Desk>();
        }));
        missing.Script.ShouldBe("freshet-postgres.sql");
    }

    [Fact]
    public async Task TheModelsSchemaIsTheOutboxs()
    {
        var connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var app = await StartAsync(services =>
        {
            services.AddDbContext<Apart>(options => options.UseNpgsql(connectionString));
            services.AddFreshet().Add<Billing>().UseEntityFrameworkOutbox<Apart>(outbox => outbox.CreateTables = true);
        });
        await using var scope = app.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<Apart>();
        await using var action = app.Services.GetRequiredService<IFreshet>().BeginUserAction("pay");
        app.Services.GetRequiredService<IFreshet>().Raise(new InvoicePaid("inv_1"));
        await context.Database.ExecuteSqlRawAsync("SELECT 1");
        (await context.Database.SqlQuery<long>($"SELECT count(*) AS \"Value\" FROM apart.freshet_outbox").SingleAsync()).ShouldBe(1);
        (await action.CompleteAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task AContextWorksBeforeTheApplicationIsComposed()
    {
        var connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var services = new ServiceCollection().AddDbContext<Desk>(options => options.UseNpgsql(connectionString));
        services.AddFreshet().Add<Wrong>().UseEntityFrameworkOutbox<Desk>();
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<Desk>();
        await context.Database.EnsureCreatedAsync();
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            context.Invoices.Add(new Invoice { Id = "inv_1" });
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        }
        (await context.Invoices.CountAsync()).ShouldBe(1, "a broken catalog must not stand in the way of migrations");
    }

    private static async Task<RunningHost> StartAsync(Action<IServiceCollection> configure)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        configure(builder.Services);
        var host = new RunningHost(builder.Build());
        try
        {
            await host.Host.StartAsync();
            return host;
        }
        catch
        {
            await ((IAsyncDisposable)host.Host).DisposeAsync(); // not stopped: it never ran
            throw;
        }
    }

    private static async Task<int> SaveAsync(RunningHost app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<Desk>();
        await context.Database.ExecuteSqlRawAsync("""CREATE TABLE IF NOT EXISTS "Invoices" ("Id" text PRIMARY KEY, "Paid" integer NOT NULL); DELETE FROM "Invoices" """);
        var freshet = app.Services.GetRequiredService<IFreshet>();
        await using var action = freshet.BeginUserAction("pay");
        freshet.Raise(new InvoicePaid("inv_1"));
        context.Invoices.Add(new Invoice { Id = "inv_1" });
        await context.SaveChangesAsync();
        await action.CompleteAsync();
        return action.Records.Count(record => record.EventData is not null);
    }

    private sealed class RunningHost(IHost host) : IAsyncDisposable
    {
        public IHost Host => host;

        public IServiceProvider Services => host.Services;

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    private sealed class Apart(DbContextOptions<Apart> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.HasDefaultSchema("apart").UseFreshetOutbox();
    }

    /// <summary>A catalog that does not pass its checks.</summary>
    private sealed class Wrong() : Catalog("")
    {
        public static readonly Tag<string> Thing = new("Not A Name");
    }
}
