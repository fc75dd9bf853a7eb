using System.Runtime.CompilerServices;

namespace Freshet;

internal sealed partial class FreshetService
{
    public async ValueTask<Answer<TValue>> ReadAnswerAsync<TArgs, TValue>(
        CachedQuery<TArgs, TValue> query, TArgs args, ReadRequirement? requirement = null, CancellationToken cancellationToken = default)
        where TArgs : notnull
    {
        var reading = await ReadAsync(RuntimeOf(query), args, requirement, cancellationToken).ConfigureAwait(false);
        var entry = reading.Entry;
        return new Answer<TValue>(
            entry.Value, reading.Source, entry.Loaded, reading.ValidAt, [.. entry.Marks.Select(mark => mark.Tag)],
            entry.Version == Entry.NoVersion ? null : entry.Version, reading.Satisfied);
    }

    public ReadScope BeginReadScope(ReadRequirement? requirement = null) => new(this, requirement ?? new ReadRequirement());

    /// <summary>The scope of a request whose output may be stored.</summary>
    internal ReadScope BeginRequestScope(ReadRequirement requirement) => new(this, requirement, mayRender: true);

    /// <summary>The everyday read once it is no hit. Asynchronous only when it has to wait: a load that completes at once does not.</summary>
    /// <param name="query">The query.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="isMissing">Whether nothing at all is stored for them.</param>
    /// <param name="cancellationToken">Ends this read's wait.</param>
    internal ValueTask<TValue> ReadValueAsync<TArgs, TValue>(CachedQuery<TArgs, TValue> query, TArgs args, bool isMissing, CancellationToken cancellationToken)
        where TArgs : notnull
    {
        try
        {
            var runtime = RuntimeOf(query);
            var surrounding = Ambient.Current;
            var requirement = WithSurrounding(null, surrounding);
            if (!_log.TryStand(requirement?.Token, runtime.MaxStaleness, out var standing)) return ValueOnceCaughtUpAsync(runtime, args, cancellationToken);
            var asked = Ask(runtime, args, requirement, surrounding, standing);
            if (asked is { Surrounding: null, MustBypass: false }) return runtime.ReadValueAsync(args, asked.Need, isMissing, cancellationToken); // nobody to tell of the answer
            var answer = AnswerAsync(runtime, args, asked, asked.MustBypass, cancellationToken);
            if (!answer.IsCompletedSuccessfully) return ValueAsync(runtime, asked.Need.Load, asked.Surrounding, answer);
            var reading = answer.Result;
            Note(runtime, asked.Need.Load, asked.Surrounding, reading);
            return new(reading.Entry.Value);
        }
#pragma warning disable CA1031 // As an asynchronous method does: what goes wrong is in the task, whenever it goes wrong.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return ValueTask.FromException<TValue>(error);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async ValueTask<TValue> ValueOnceCaughtUpAsync<TArgs, TValue>(QueryRuntime<TArgs, TValue> runtime, TArgs args, CancellationToken cancellationToken)
        where TArgs : notnull =>
        (await ReadAsync(runtime, args, null, cancellationToken).ConfigureAwait(false)).Entry.Value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async ValueTask<TValue> ValueAsync<TArgs, TValue>(
        QueryRuntime<TArgs, TValue> runtime, LoadContext? load, Ambient? surrounding, ValueTask<Reading<TValue>> answer)
        where TArgs : notnull
    {
        var reading = await answer.ConfigureAwait(false);
        Note(runtime, load, surrounding, reading);
        return reading.Entry.Value;
    }

    /// <summary>The order of checks: token (R3), action, then entry, time to live and marks (R1), else load (R2).</summary>
    private async ValueTask<Reading<TValue>> ReadAsync<TArgs, TValue>(
        QueryRuntime<TArgs, TValue> runtime, TArgs args, ReadRequirement? requirement, CancellationToken cancellationToken, bool pastTheCache = false)
        where TArgs : notnull
    {
        var surrounding = Ambient.Current;
        requirement = WithSurrounding(requirement, surrounding);
        if (!_log.TryStand(requirement?.Token, runtime.MaxStaleness, out var standing))
            standing = await CatchUpAsync(runtime, requirement?.Token, cancellationToken).ConfigureAwait(false);
        var asked = Ask(runtime, args, requirement, surrounding, standing);
        var reading = await AnswerAsync(runtime, args, asked, asked.MustBypass || pastTheCache, cancellationToken).ConfigureAwait(false);
        Note(runtime, asked.Need.Load, surrounding, reading);
        return reading;
    }

    private static ValueTask<Reading<TValue>> AnswerAsync<TArgs, TValue>(
        QueryRuntime<TArgs, TValue> runtime, TArgs args, in Asked asked, bool pastTheCache, CancellationToken cancellationToken)
        where TArgs : notnull =>
        pastTheCache ? runtime.BypassAsync(args, asked.Need, asked.Reached, cancellationToken) : runtime.ReadAsync(args, asked.Need, cancellationToken);

    /// <summary>Several reads of one query, with one loader call for what is missing.</summary>
    internal async ValueTask<IReadOnlyDictionary<TArgs, TValue>> ReadManyAsync<TArgs, TValue>(
        CachedQuery<TArgs, TValue> query, IEnumerable<TArgs> args, CancellationToken cancellationToken)
        where TArgs : notnull
    {
        var runtime = RuntimeOf(query);
        var surrounding = Ambient.Current;
        var requirement = WithSurrounding(null, surrounding);
        if (!_log.TryStand(requirement?.Token, runtime.MaxStaleness, out var standing))
            standing = await CatchUpAsync(runtime, requirement?.Token, cancellationToken).ConfigureAwait(false);
        var (cached, bypassed) = (new List<TArgs>(), new List<TArgs>());
        var asked = new Dictionary<TArgs, Asked>();
        foreach (var key in args)
        {
            if (key is not null && asked.ContainsKey(key)) continue;
            var one = Ask(runtime, key!, requirement, surrounding, standing); // refuses null
            asked.Add(key!, one);
            (one.MustBypass ? bypassed : cached).Add(key!);
        }

        var values = new Dictionary<TArgs, TValue>(asked.Count);
        if (cached.Count > 0)
        {
            // One need for all of them: the surrounding is the same, and nothing else makes them differ.
            var readings = await runtime.ReadManyAsync(cached, asked[cached[0]].Need, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < readings.Length; i++) Take(cached[i], readings[i]);
        }
        if (bypassed.Count > 0)
        {
            var first = asked[bypassed[0]];
            var readings = await runtime.BypassManyAsync(bypassed, first.Need, first.Reached, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < readings.Length; i++) Take(bypassed[i], readings[i]);
        }
        return values;

        void Take(TArgs key, Reading<TValue> reading)
        {
            Note(runtime, asked[key].Need.Load, asked[key].Surrounding, reading);
            values.Add(key, reading.Entry.Value);
        }
    }

    /// <summary>One read with everything its surroundings ask of it.</summary>
    private readonly record struct Asked(Need Need, bool Reached, bool MustBypass, Ambient? Surrounding);

    private Asked Ask<TArgs, TValue>(
        QueryRuntime<TArgs, TValue> runtime, TArgs args, ReadRequirement? requirement, Ambient? surrounding, Standing standing) where TArgs : notnull
    {
        if (args is null) throw new InvalidKeyException(runtime.Name, "its argument", KeyFault.Null);
        var load = surrounding is null ? null : Ambient.LoadOf(this);
        load?.RequireMayRead(runtime, args); // before a load is waited for: a circle of them would wait for ever

        var fromSource = false;
        if (standing is { Reached: true, IsConfirmed: false })
        {
            fromSource = !runtime.MayServeUnconfirmed(_log.Unconfirmed);
            runtime.Counters.NoteUnconfirmed(served: !fromSource);
        }
        var need = new Need(standing.Required, requirement?.MinimumVersion, load, surrounding is not null && Ambient.RenderingOf(this) is not null, fromSource);
        return new Asked(need, standing.Reached, !standing.Reached || MustBypass(runtime, args, surrounding, load), surrounding);
    }

    /// <summary>Waits for what a read asks of this node, no longer than the query allows (S31).</summary>
    private ValueTask<Standing> CatchUpAsync(QueryRuntime runtime, ConsistencyToken? token, CancellationToken cancellationToken) =>
        _log.CatchUpAsync(token, runtime.MaxStaleness, runtime.Policy.CacheTimeout, cancellationToken);

    private void Note<TArgs, TValue>(QueryRuntime<TArgs, TValue> runtime, LoadContext? load, Ambient? surrounding, Reading<TValue> reading) where TArgs : notnull
    {
        load?.Include(reading.Entry, runtime);
        if (surrounding is not null)
            NoteAround(surrounding, new ScreenReads.Read(reading.Entry, reading.ValidAt, reading.Satisfied, reading.Source, runtime.Declared.Declaration.Level, runtime.Policy, runtime.AllOf));
    }

    /// <summary>A read meets its own requirement and those of every scope around it: the latest token, the highest version.</summary>
    private ReadRequirement? WithSurrounding(ReadRequirement? requirement, Ambient? surrounding)
    {
        for (var at = surrounding; at is not null; at = at.Outer)
        {
            if (at.Scope is { } scope && at.IsOf(this)) requirement = scope.Requirement.And(requirement);
        }
        return requirement;
    }

    /// <summary>Between a raise and its append the cache still holds what the write outdated, and the source may not show the write yet: neither may be handed on.</summary>
    private bool MustBypass<TArgs, TValue>(QueryRuntime<TArgs, TValue> runtime, TArgs args, Ambient? surrounding, LoadContext? load) where TArgs : notnull
    {
        if (load is { IsBypass: true } or { FromSource: true }) return true;
        for (var at = surrounding; at is not null; at = at.Outer)
        {
            // Every action around the read, not only the innermost: a job within an action must not see what the action outdated.
            if (at.IsOf(this) && at.Action is { HasUnapplied: true } action && action.Touches(runtime.FoundKinds, runtime.Query.TagsOf(args))) return true;
        }
        return false;
    }

    /// <summary>Brings this node to a reader's token and within a bound, as far as it can be waited for.</summary>
    internal ValueTask<Standing> StandAsync(ConsistencyToken? token, long maxStaleness, TimeSpan limit, CancellationToken cancellationToken) =>
        _log.TryStand(token, maxStaleness, out var standing)
            ? new ValueTask<Standing>(standing)
            : _log.CatchUpAsync(token, maxStaleness, limit, cancellationToken);

    /// <summary>How long ago this node last was known to be at the log's head.</summary>
    internal TimeSpan Unconfirmed => _log.Unconfirmed;
}
