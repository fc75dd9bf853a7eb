using System.Diagnostics.CodeAnalysis;

namespace Freshet;

/// <summary>What a cache whose callers declare nothing needs of the engine.</summary>
internal sealed partial class FreshetService
{
    /// <summary>Whether a composed catalog declares a tag kind.</summary>
    internal bool IsDeclared(string tagKind) => _tagKinds.Contains(tagKind);

    /// <summary>Puts a query to work that no catalog declares.</summary>
    internal QueryRuntime AddRuntime(DeclaredQuery query)
    {
        var runtime = query.Declaration.CreateRuntime(query, _parts());
        Runtimes.Add(runtime);
        // A flush that came a moment before found no such query: it is in the marks, and no load has begun yet.
        var marks = _node.Applied.Marks;
        if (marks.Find(runtime.AllOf) is { } flushed) runtime.Flush(marks, flushed.LastInvalidatedAt);
        return runtime;
    }

    internal async ValueTask<TValue> ReadUndeclaredAsync<TArgs, TValue>(
        QueryRuntime<TArgs, TValue> runtime, TArgs args, bool pastTheCache, CancellationToken cancellationToken) where TArgs : notnull =>
        (await ReadAsync(runtime, args, null, cancellationToken, pastTheCache).ConfigureAwait(false)).Entry.Value;

    /// <summary>The value that is in memory, without loading one.</summary>
    internal bool TryRead<TArgs, TValue>(QueryRuntime<TArgs, TValue> runtime, TArgs args, [MaybeNullWhen(false)] out TValue value) where TArgs : notnull
    {
        value = default;
        var surrounding = Ambient.Current;
        var requirement = WithSurrounding(null, surrounding);
        if (!_log.TryStand(requirement?.Token, runtime.MaxStaleness, out var standing)) return false;
        var asked = Ask(runtime, args, requirement, surrounding, standing);
        if (asked.MustBypass || runtime.TryAnswer(args, asked.Need) is not { } reading) return false;
        Note(runtime, asked.Need.Load, asked.Surrounding, reading);
        value = reading.Entry.Value;
        return true;
    }

    /// <summary>Expires tags at once, for a caller that expects it done when the call returns: under the surrounding action, else as a job of its own.</summary>
    /// <returns>The record's position; null while the log is away: this node treats the tags as expired all the same.</returns>
    /// <exception cref="TriggerException">A loader called.</exception>
    internal async ValueTask<LogPosition?> AppendNowAsync(string call, IReadOnlyList<Tag> tags)
    {
        if (Ambient.LoadOf(this) is { } load) throw TriggerException.InsideLoader(call, load.Query.Name);
        var draft = new RecordDraft(RecordId.Next(), call, null, null, InvalidationsOf(tags, InvalidationKind.Expire, TimeSpan.Zero));
        var appended = Ambient.ActionOf(this) is { } action
            ? await action.AppendNowAsync(draft).ConfigureAwait(false)
            : await AppendAloneAsync(draft).ConfigureAwait(false);
        if (appended.Records is not [var record, ..]) return null;
        var position = new LogPosition(record.Epoch, record.Position);
        await _log.Targets.WhenAppliedAsync(position).ConfigureAwait(false);
        return position;
    }

    private async ValueTask<Appended> AppendAloneAsync(RecordDraft draft)
    {
        var writer = new Writer(TriggerKind.Job, draft.Call, null, System.Diagnostics.Activity.Current?.Id);
        _log.Check(writer, draft);
        var appended = await _log.AppendAsync(writer, [draft]).ConfigureAwait(false);
        _log.WriteLines(appended.Records);
        return appended;
    }
}
