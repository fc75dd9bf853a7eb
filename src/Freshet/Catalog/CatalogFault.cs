namespace Freshet;

/// <summary>What is wrong with a declaration.</summary>
public enum CatalogFaultKind
{
    /// <summary>A name is empty, too long, or has other characters than letters, digits, '-' and '.'.</summary>
    InvalidName,

    /// <summary>Two declarations of one kind share a name, or two events one CLR type.</summary>
    DuplicateName,

    /// <summary>Neither the declaration nor its catalog names an owner.</summary>
    NoOwner,

    /// <summary>An event names no tag, so raising it would change nothing.</summary>
    InvalidatesNothing,

    /// <summary>A high query has no tag that any event invalidates: only its time to live would ever refresh it.</summary>
    Unreached,

    /// <summary>A cached query has no loader.</summary>
    NoLoader,

    /// <summary>A time to live is missing, not positive, or above the keyspace's maximum.</summary>
    TimeToLive,

    /// <summary>A policy promises less than its level does.</summary>
    LooserThanLevel,

    /// <summary>A policy or profile cannot be worked out: its function throws or returns null, a time is negative, a value or a level is not defined.</summary>
    InvalidPolicy,

    /// <summary>A screen is named that nobody declares.</summary>
    UnknownScreen,

    /// <summary>A tag, event or cached query is used that no composed catalog declares.</summary>
    UnknownDeclaration,

    /// <summary>A selector is not a plain member such as <c>e =&gt; e.AccountId</c>.</summary>
    OpaqueSelector,

    /// <summary>A key or argument type has no culture-independent text form.</summary>
    UnsupportedKey,

    /// <summary>A cached query asks for a scope initializer and none is registered.</summary>
    NoScopeInitializer,

    /// <summary>Configuration names a query that does not exist, or gives a value that cannot be read.</summary>
    Configuration,

    /// <summary>Cached queries read each other in a circle, so loading one would wait for itself.</summary>
    Circle,

    /// <summary>A catalog's static fields could not be read, because setting one of them throws.</summary>
    UnreadableCatalog,

    /// <summary>A tag's audience names no claim, or goes with a kind that has no audience of its own.</summary>
    InvalidAudience,

    /// <summary>A query's version is said to be of a kind of tag that its values do not carry.</summary>
    InvalidVersion,
}

/// <summary>One fault in one declaration: which, whose, what, and what to do.</summary>
/// <param name="Kind">What sort of fault it is.</param>
/// <param name="DeclarationKind">The word for the declaration: <c>event</c>, <c>cached query</c> and so on.</param>
/// <param name="Declaration">The declaration's name.</param>
/// <param name="Owner">Who owns it, as far as known.</param>
/// <param name="What">What is wrong, as the end of a sentence that starts with the declaration.</param>
/// <param name="WayOut">What to change.</param>
public sealed record CatalogFault(CatalogFaultKind Kind, string DeclarationKind, string Declaration, string? Owner, string What, string WayOut)
{
    /// <summary>Name of the catalog class the declaration stands in; null for faults that stand in none, such as a query that only configuration names.</summary>
    public string? Catalog { get; init; }

    /// <summary>The fault as one line: <c>event 'invoice.paid' in Billing (billing-team): it invalidates nothing. Add .Invalidates(...).</c></summary>
    public override string ToString() =>
        $"{DeclarationKind} '{Declaration}'{(Catalog is null ? "" : $" in {Catalog}")}{(Owner is null ? "" : $" ({Owner})")}: {What}. {WayOut}";
}

/// <summary>The composed catalogs have faults; the application does not start. All of them are listed, not only the first.</summary>
public sealed class CatalogException : FreshetException
{
    internal CatalogException(IReadOnlyList<CatalogFault> faults)
        : base($"The catalog has {faults.Count} {(faults.Count == 1 ? "fault" : "faults")}:"
            + string.Concat(faults.Select(fault => $"{Environment.NewLine}  - {fault}")))
    {
        Faults = faults;
    }

    /// <inheritdoc/>
    public override string Code => "invalid-catalog";

    /// <summary>Every fault, ordered by declaration.</summary>
    public IReadOnlyList<CatalogFault> Faults { get; }
}
