using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Freshet;

/// <summary>One team's declarations: tag kinds, events, cached queries, screens and mutations, held in static fields. An application composes several.</summary>
/// <example><code>
/// class Billing() : Catalog(owner: "billing-team")
/// {
///     public static readonly Tag&lt;string&gt; Account = new("account");
/// }
/// </code></example>
public abstract class Catalog
{
    /// <summary>Creates the catalog.</summary>
    /// <param name="owner">The team that answers for these declarations. A declaration may name another with <c>OwnedBy</c>.</param>
    protected Catalog(string? owner = null) => OwningTeam = owner;

    /// <summary>The team that answers for these declarations; null when each names its own. Not public: "Owner" is a name teams want for a tag.</summary>
    internal string? OwningTeam { get; }

    /// <summary>Finds the declarations in the static fields of a catalog, public or not, each once.</summary>
    internal static IReadOnlyList<Declaration> DeclarationsOf(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.NonPublicFields)] Type catalog) =>
        [.. catalog.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(field => typeof(Declaration).IsAssignableFrom(field.FieldType))
            .Select(field => (Declaration?)field.GetValue(null))
            .OfType<Declaration>()
            .Distinct()];
}
