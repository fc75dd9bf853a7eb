using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Data.Tests;

/// <summary>A seeded desk on a database of its own. Each service it hands out comes from a scope of its own, like a request.</summary>
internal sealed class Desk : IAsyncDisposable
{
    public static readonly DateOnly SeedDay = SeededFile.Day;

    private readonly TestDatabase _database = new();
    private readonly ServiceProvider _services;
    private readonly List<IServiceScope> _scopes = [];

    private Desk(bool seeded)
    {
        Clock = new SetClock(new DateTimeOffset(2026, 1, 15, 10, 30, 0, TimeSpan.Zero));
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddBillingDeskData(_database.Open(seeded))
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    public SetClock Clock { get; }

    public BillingDeskDatabase Database => _services.GetRequiredService<BillingDeskDatabase>();

    public static Desk Empty() => new(seeded: false);

    /// <summary>Seeded for <see cref="SeedDay"/>: a copy of one that was seeded once.</summary>
    public static Desk Seeded() => new(seeded: true);

    /// <summary>Seeded here and now.</summary>
    public static async Task<Desk> SeededAsync(DateOnly today)
    {
        var desk = Empty();
        (await desk.Database.PrepareAsync(today)).ShouldBeTrue();
        return desk;
    }

    /// <summary>A service from a new scope.</summary>
    public T Get<T>()
        where T : notnull => Scope().GetRequiredService<T>();

    /// <summary>A new scope, for several services that share its transaction.</summary>
    public IServiceProvider Scope()
    {
        var scope = _services.CreateScope();
        lock (_scopes) _scopes.Add(scope);
        return scope.ServiceProvider;
    }

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    public async Task<IReadOnlyList<T>> RowsAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenAsync();
        return [.. await connection.QueryAsync<T>(sql, parameters)];
    }

    /// <summary>Asserts that the action leaves every row of every table as it was.</summary>
    public async Task ChangesNothingAsync(Func<Task> action)
    {
        var before = await Fingerprint.OfAsync(Database);
        await action();
        (await Fingerprint.OfAsync(Database)).ShouldBe(before);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var scope in _scopes) scope.Dispose();
        await _services.DisposeAsync(); // closes the pooled connections, so the database can go
        await _database.DisposeAsync();
    }
}
