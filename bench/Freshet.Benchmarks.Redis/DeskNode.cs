using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Freshet.Benchmarks.Redis;

public sealed record InvoicePaid(string InvoiceId, string AccountId);

/// <summary>A high query of numbers, and one of texts that nothing invalidates here.</summary>
public sealed class Desk() : Catalog("bench")
{
    public static readonly Tag<string> Account = new("account");
    public static readonly Tag<string> Profile = new("profile");

    public static readonly Event<InvoicePaid> Paid = new Event<InvoicePaid>("invoice.paid").Invalidates(Account, e => e.AccountId);

    public static readonly CachedQuery<string, int> Balance = new CachedQuery<string, int>("balance", RiskLevel.High)
        .DependsOn(Account, id => id)
        .LoadWith((Source source, string id, CancellationToken _) => Task.FromResult(source.Balance));

    public static readonly CachedQuery<string, int> Headline = new CachedQuery<string, int>("headline", RiskLevel.Medium)
        .DependsOn(Profile, id => id)
        .LoadWith((Source source, string id, CancellationToken _) => Task.FromResult(source.Balance));

    public static readonly CachedQuery<string, string> Text = new CachedQuery<string, string>("text", RiskLevel.Low)
        .DependsOn(Profile, id => id)
        .LoadWith((id, _) => Task.FromResult(new string('x', 1_000) + id));
}

/// <summary>A source of truth that all nodes share.</summary>
internal sealed class Source
{
    private int _balance;

    public int Balance
    {
        get => Volatile.Read(ref _balance);
        set => Volatile.Write(ref _balance, value);
    }
}

/// <summary>One node: an application of its own in this process, with its own memory and connection, on the Redis that all share.</summary>
internal sealed class DeskNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private DeskNode(ServiceProvider services)
    {
        _services = services;
        Freshet = services.GetRequiredService<IFreshet>();
    }

    public IFreshet Freshet { get; }

    public SharedLog Log => (SharedLog)Freshet.Log;

    public static async Task<DeskNode> StartAsync(string redis, Source source, string name)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(source);
        services.AddFreshet().Add<Desk>().UseRedis(redis).Configure(options => options.SharedLog.NodeName = name);
        var node = new DeskNode(services.BuildServiceProvider());
        foreach (var hosted in node._services.GetServices<IHostedService>()) await hosted.StartAsync(default).ConfigureAwait(false);
        return node;
    }

    /// <summary>Expires a tag in a user action, from its beginning to its end.</summary>
    public async Task UpdateAsync(Tag tag)
    {
        var action = Freshet.BeginUserAction("bench");
        await using var _ = action.ConfigureAwait(false);
        Freshet.UpdateTag(tag);
        await action.CompleteAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>()) await hosted.StopAsync(default).ConfigureAwait(false);
        await _services.DisposeAsync().ConfigureAwait(false);
    }
}
