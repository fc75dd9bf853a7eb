using Microsoft.Extensions.Configuration;

namespace Freshet.Tests;

/// <summary>Composes declarations that a test wrote down, as if they stood in the fields of a catalog.</summary>
internal static class Composing
{
    public const string Owner = "a-team";

    public static FreshetOptions Options(TimeSpan? maxTimeToLive = null) =>
        maxTimeToLive is null ? new FreshetOptions() : new FreshetOptions { MaxTimeToLive = maxTimeToLive.Value };

    public static CatalogModel Compose(params Declaration[] declarations) =>
        CatalogComposer.Compose([Catalog<CatalogA>(declarations)], Options(), hasScopeInitializer: false);

    public static IReadOnlyList<CatalogFault> Faults(params Declaration[] declarations) =>
        Should.Throw<CatalogException>(() => Compose(declarations)).Faults;

    public static IReadOnlyList<CatalogFault> FaultsOf(params CatalogRegistration[] catalogs) =>
        Should.Throw<CatalogException>(() => CatalogComposer.Compose(catalogs, Options(), hasScopeInitializer: false)).Faults;

    /// <summary>The one fault of declarations that have just one, which must name the declaration, its owner and a way out.</summary>
    public static CatalogFault TheFault(CatalogFaultKind kind, string declaration, params Declaration[] declarations)
    {
        var fault = Faults(declarations).ShouldHaveSingleItem();
        fault.Kind.ShouldBe(kind);
        fault.Declaration.ShouldBe(declaration);
        fault.Owner.ShouldBe(Owner);
        fault.Catalog.ShouldBe(nameof(CatalogA));
        fault.What.ShouldNotBeNullOrWhiteSpace();
        fault.WayOut.ShouldEndWith(".");
        return fault;
    }

    public static CatalogRegistration Catalog<TCatalog>(params Declaration[] declarations) => new(typeof(TCatalog), Owner, () => declarations);

    public static CatalogRegistration Catalog<TCatalog>(string? owner, params Declaration[] declarations) => new(typeof(TCatalog), owner, () => declarations);

    public static IConfigurationSection Section(this IConfiguration configuration) => configuration.GetSection(FreshetOptions.Section);
}

internal sealed class CatalogA;

internal sealed class CatalogB;

public sealed record AccountChanged(string AccountId);

/// <summary>Declarations without a fault, made anew for each test, to which a test adds the one it is about.</summary>
internal sealed class Sound
{
    public Sound() => AccountEvent = new Event<AccountChanged>("account.changed").Invalidates(Account, e => e.AccountId);

    public Tag<string> Account { get; } = new("account");

    public Event<AccountChanged> AccountEvent { get; }

    public CachedQuery<string, string> Query(string name, RiskLevel level = RiskLevel.High) =>
        new CachedQuery<string, string>(name, level).DependsOn(Account, id => id).LoadWith((id, _) => Task.FromResult(id));

    public static CachedQuery<string, string> Untagged(string name, RiskLevel level = RiskLevel.Low) =>
        new CachedQuery<string, string>(name, level).LoadWith((id, _) => Task.FromResult(id));

    public Declaration[] With(params Declaration[] more) => [Account, AccountEvent, .. more];
}
