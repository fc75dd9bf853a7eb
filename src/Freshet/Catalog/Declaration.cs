namespace Freshet;

/// <summary>Something a <see cref="Catalog"/> declares: a tag kind, an event, a cached query, a screen or a mutation.</summary>
/// <remarks>
/// Declarations are plain data held in static fields, and may be changed until an application first composes them; after that a
/// change throws. Mistakes are not thrown here, where they would surface as a <see cref="TypeInitializationException"/>: they are
/// collected and reported together at start-up.
/// </remarks>
public abstract class Declaration
{
    private readonly List<CatalogFault> _faults = [];
    private volatile bool _composed;

    private protected Declaration(string name)
    {
        Name = name ?? "";
        if (!IsName(Name))
            AddFault(CatalogFaultKind.InvalidName, "its name must be 1 to 128 letters, digits, '-' or '.'", "Rename it.");
    }

    /// <summary>Name, unique among declarations of its kind in an application. It stands in metrics, logs and on the wire.</summary>
    public string Name { get; }

    /// <summary>The owner given to this declaration alone; null when the catalog's owner holds.</summary>
    public string? OwnOwner { get; private set; }

    /// <summary>The word for what this is: <c>tag</c>, <c>event</c>, <c>cached query</c>, <c>screen</c> or <c>mutation</c>.</summary>
    public abstract string DeclarationKind { get; }

    /// <summary>Faults found while the declaration was written down, such as a selector that is not a plain member.</summary>
    internal IReadOnlyList<CatalogFault> DeclaredFaults => _faults;

    /// <summary>The declaration's name.</summary>
    public override string ToString() => Name;

    internal void MarkComposed() => _composed = true;

    private protected void SetOwner(string owner)
    {
        ThrowIfComposed();
        OwnOwner = owner;
    }

    private protected void ThrowIfComposed()
    {
        if (_composed)
            throw new InvalidOperationException($"The {DeclarationKind} '{Name}' was changed after an application had composed its catalog. Declare everything in the field's initializer.");
    }

    internal void AddFault(CatalogFaultKind kind, string what, string wayOut) =>
        _faults.Add(new CatalogFault(kind, DeclarationKind, Name, OwnOwner, what, wayOut));

    private protected void AddAll<T>(List<T> list, IEnumerable<T?> items, string word) where T : Declaration
    {
        foreach (var item in items)
        {
            if (item is null) AddNullFault(word);
            else list.Add(item);
        }
    }

    // Static fields are set in the order they are written:
    //   Paid = new Event(...).Invalidates(Account, ...) runs  ->  Account, written below it, is still null.
    // Thrown from here that would be a TypeInitializationException without a name in it.
    private protected void AddNullFault(string word) => AddFault(
        CatalogFaultKind.UnknownDeclaration, $"a {word} it uses is null",
        $"Static fields are set in the order they are written: move the {word} above this {DeclarationKind}, and let no two catalogs use each other's fields in a circle.");

    internal static bool IsName(string name) =>
        name.Length is >= 1 and <= 128 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
}
