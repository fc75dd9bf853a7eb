namespace Freshet;

internal sealed partial class FreshetService
{
    public async ValueTask<Answer<TValue>> ReadAnswerAsync<TArgs, TValue>(
        CachedQuery<TArgs, TValue> query, TArgs args, ReadRequirement? requirement = null, CancellationToken cancellationToken = default)
        where TArgs : notnull
    {
        var reading = await ReadAsync(RuntimeOf(query), args, Ambient.Current, requirement, cancellationToken).ConfigureAwait(false);
        var entry = reading.Entry;
        return new Answer<TValue>(
            entry.Value, reading.Source, entry.Loaded, reading.ValidAt, [.. entry.Marks.Select(mark => mark.Tag)], entry.Version, reading.Satisfied);
    }

    public ReadScope BeginReadScope(ReadRequirement? requirement = null) => new(requirement ?? new ReadRequirement());

    internal async ValueTask<TValue> ReadValueAsync<TArgs, TValue>(CachedQuery<TArgs, TValue> query, TArgs args, CancellationToken cancellationToken)
        where TArgs : notnull =>
        (await ReadAsync(RuntimeOf(query), args, Ambient.Current, null, cancellationToken).ConfigureAwait(false)).Entry.Value;

    /// <summary>The order of checks: token (R3), action, then entry, time to live and marks (R1), else load (R2).</summary>
    private async ValueTask<Reading<TValue>> ReadAsync<TArgs, TValue>(
        QueryRuntime<TArgs, TValue> runtime, TArgs args, Ambient? ambient, ReadRequirement? requirement, CancellationToken cancellationToken)
        where TArgs : notnull
    {
        if (args is null) throw new InvalidKeyException(runtime.Name, "its argument", KeyFault.Null);
        requirement ??= ambient?.Scope?.Requirement;

        var (reached, required) = Reach(requirement?.Token);
        var need = new Need(required, requirement?.MinimumVersion, ambient?.Load);

        Reading<TValue> reading;
        if (!reached)
            reading = await runtime.BypassAsync(args, need, satisfied: false, cancellationToken).ConfigureAwait(false);
        else if (ambient is not null && MustBypass(runtime, args, ambient))
            reading = await runtime.BypassAsync(args, need, satisfied: true, cancellationToken).ConfigureAwait(false);
        else
            reading = await runtime.ReadAsync(args, need, cancellationToken).ConfigureAwait(false);

        ambient?.Load?.Include(runtime, reading.Entry);
        ambient?.Scope?.Note(reading.Entry, reading.ValidAt, reading.Satisfied);
        return reading;
    }

    /// <summary>Between a raise and its append the cache still holds what the write outdated, and the source may not show the write yet: neither may be handed on.</summary>
    private static bool MustBypass<TArgs, TValue>(QueryRuntime<TArgs, TValue> runtime, TArgs args, Ambient ambient) where TArgs : notnull =>
        ambient.Load?.IsBypass == true
        || ambient.Action?.Touches(runtime.FoundKinds, () => runtime.Query.TagsOf(args)) == true;

    /// <summary>Compares a token with this node. In one process the node is at the head, so there is nothing to wait for.</summary>
    /// <returns>Whether the token's position is reached, and the position that data must include.</returns>
    private (bool Reached, long Required) Reach(ConsistencyToken? token)
    {
        if (token is not { } wanted) return (true, 0);
        var applied = _node.Applied.Position;
        // A token of another epoch comes from a log that is gone, and everything loaded under it is outdated: being at the head of
        // this one satisfies it (PROTOCOL 10).
        return wanted.Epoch == applied.Epoch ? (wanted.Position <= applied.Position, wanted.Position) : (true, 0);
    }
}
