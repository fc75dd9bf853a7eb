namespace Freshet;

/// <summary>What a second-level entry says of its value.</summary>
/// <param name="Loaded">Epoch and position fully applied before the load began.</param>
/// <param name="Version">The value's version; null when the query declares none.</param>
/// <param name="Schema">The query's schema number.</param>
/// <param name="Age">Milliseconds from the capture until it was stored.</param>
/// <param name="LivesFor">Milliseconds it had left to live when it was stored.</param>
/// <param name="LoadTook">Milliseconds its load took, from which the moment of an early refresh is drawn.</param>
/// <param name="IsNull">Whether the value is null: "not found" is an answer too. Then there is no payload.</param>
/// <param name="Tags">Every tag it carries, those found while loading included.</param>
/// <remarks>
/// No moment by anybody's wall clock: nodes whose clocks differ by minutes would prolong or cut its life. It holds how long the value
/// was to live when it was stored; the store that lets it expire says how long is left; the lower of the two counts, from before the
/// question was sent. So the remaining time only ever shrinks on its way from node to node. It counts in the store from the value's
/// arrival there: one that is long on its way into it lives longer by that, since nobody's clock could tell the store how long it was.
/// </remarks>
internal sealed record EntryHeader(LogPosition Loaded, long? Version, int Schema, long Age, long LivesFor, long LoadTook, bool IsNull, IReadOnlyList<Tag> Tags);
