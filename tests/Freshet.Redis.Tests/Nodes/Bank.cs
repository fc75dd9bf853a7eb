using System.Collections.Concurrent;

namespace Freshet.Redis.Tests.Nodes;

public sealed record Paid(string Account);

public sealed record Renamed(string Account);

/// <summary>A source of truth that all nodes share.</summary>
public sealed class Ledger
{
    private readonly ConcurrentDictionary<string, int> _balances = new();
    private int _loads;

    public int Loads => Volatile.Read(ref _loads);

    public int this[string account]
    {
        get => _balances.GetValueOrDefault(account);
        set => _balances[account] = value;
    }

    public int Read(string account)
    {
        Interlocked.Increment(ref _loads);
        return this[account];
    }
}

/// <summary>A balance nobody may see late, and a name that may lag.</summary>
public sealed class Bank() : Catalog(owner: "bank-team")
{
    public static readonly Tag<string> Account = new("account");
    public static readonly Tag<string> Name = new("name");

    public static readonly Event<Paid> Paid = new Event<Paid>("account.paid").Invalidates(Account, e => e.Account);
    public static readonly Event<Renamed> Renamed = new Event<Renamed>("account.renamed").Invalidates(Name, e => e.Account);

    public static readonly CachedQuery<string, int> Balance = new CachedQuery<string, int>("balance", RiskLevel.High)
        .DependsOn(Account, id => id)
        .LoadWith((Ledger ledger, string id, CancellationToken _) => Task.FromResult(ledger.Read(id)));

    public static readonly CachedQuery<string, int> Title = new CachedQuery<string, int>("title", RiskLevel.Medium)
        .DependsOn(Name, id => id)
        .LoadWith((Ledger ledger, string id, CancellationToken _) => Task.FromResult(ledger.Read(id)));
}
