namespace Freshet;

/// <summary>A cached query, event or tag was used that no composed catalog declares.</summary>
public sealed class UnknownDeclarationException : FreshetException
{
    internal UnknownDeclarationException(string kind, string name, string wayOut)
        : base($"No catalog of this application declares the {kind} '{name}'. {wayOut}")
    {
        Kind = kind;
        Name = name;
    }

    /// <inheritdoc/>
    public override string Code => "unknown-declaration";

    /// <summary>What was looked for: <c>cached query</c>, <c>event</c> or <c>tag kind</c>.</summary>
    public string Kind { get; }

    /// <summary>The name that was not found.</summary>
    public string Name { get; }
}
