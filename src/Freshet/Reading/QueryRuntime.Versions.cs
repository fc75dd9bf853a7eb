namespace Freshet;

/// <remarks>Versions of values: what was served once is not taken back by a source that lags.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    /// <summary>The version this node has at hand for a key, outdated or not, or has heard of in a record (S17): a load that returns less reads a replica that lags. Null when nothing is known.</summary>
    internal long? FloorOf(TArgs args, IEnumerable<Tag> tags) => Query.VersionMember is null ? null : Need.Higher(
        _store.TryGet(args, out var present) && present.Version is { } version and not Entry.NoVersion ? version : null,
        Query.VersionOfTag is { } kind ? Node.Applied.Marks.FloorOf(kind, tags) : null);

    private bool IsBelowFloor(TArgs args, Entry<TValue> entry) =>
        entry.Version is { } version and not Entry.NoVersion && FloorOf(args, entry.Marks.Select(mark => mark.Tag)) > version;

    /// <summary>Whether a loaded value is older than what was served before, or than a reader needs, and the loader is to be asked again.</summary>
    /// <param name="flight">The load.</param>
    /// <param name="value">What its loader returned.</param>
    /// <param name="attempt">How often it was asked before.</param>
    /// <exception cref="LaggingSourceException">It was asked often enough, and would take back what was served.</exception>
    /// <remarks>
    /// Null, for "not found", is asked about once more and then believed: rows are deleted, and rarely by a replica. So is a version
    /// that only a reader asked for: anybody may ask for any, and the others wait; the answer then says that it is not satisfied.
    /// </remarks>
    internal bool Lags(Flight<TArgs, TValue> flight, TValue value, int attempt)
    {
        if (Query.VersionOf(value) is not { } version) return false;
        var context = flight.Context;
        var floor = FloorOf(flight.Args, context.Marks.Select(mark => mark.Tag)); // now, not as it was: another load, or a writer, may have landed a newer value meanwhile
        var required = Need.Higher(context.MinimumVersion, floor);
        if (Need.Meets(version, required)) return false;

        lock (Gate) context.MinimumVersion = required; // under the gate, where joiners read it
        if (version == Entry.NoVersion)
        {
            if (context.WasNotFound) return false;
            context.WasNotFound = true;
            return attempt < LagPauses.Count;
        }
        if (!(floor > version)) return attempt == 0;
        if (attempt < LagPauses.Count) return true;
        throw new LaggingSourceException(Name, version, floor.Value);
    }
}
