namespace Freshet.Redis.Tests.Faults;

/// <summary>Reads and writes of a node, each recorded.</summary>
internal sealed class NodeCalls(NodeApp app)
{
    /// <summary>A read of a session that may carry a token.</summary>
    /// <param name="Session">Its number.</param>
    /// <param name="Token">The token; null for none.</param>
    /// <param name="Needed">Version of the write that gave it.</param>
    /// <param name="IsSettled">Whether the session has a token for all it wrote.</param>
    public sealed record Carried(int Session, ConsistencyToken? Token, long Needed, bool IsSettled);

    /// <summary>Reads by the everyday call, which tells the value only and takes the shortest way to a hit.</summary>
    public Task<long?> ReadAsync(CachedQuery<string, long> query, string key) =>
        RecordedAsync(query, key, null, async () => (await app.Freshet.ReadAsync(query, key), null));

    /// <summary>Reads with all that is known of the answer.</summary>
    public Task<long?> AnswerAsync(CachedQuery<string, long> query, string key, Carried? carried = null) =>
        RecordedAsync(query, key, carried, async () =>
        {
            var answer = await app.Freshet.ReadAnswerAsync(query, key, carried?.Token is { } token ? new ReadRequirement(token) : null);
            return (answer.Value, answer);
        });

    /// <summary>Commits, raises, and ends the action.</summary>
    public async Task<(long Version, FreshetAction Action)> WriteAsync(string cell, string key, bool byJob = false)
    {
        await using var action = byJob ? app.Freshet.BeginJob("nightly") : app.Freshet.BeginUserAction("edit");
        var began = Moment.Now;
        var version = await app.Source.CommitAsync(cell, key);
        if (cell == Vault.MoneyCell) app.Freshet.Raise(new MoneyMoved(key));
        else app.Freshet.Raise(new AccountRenamed(key));
        await action.CompleteAsync();
        app.Recorder.Add(new WriteEvent(app.Settings.Name, cell, key, version, began, Moment.Now, action.Token?.Position ?? 0, action.IsPending, byJob));
        return (version, action);
    }

    private async Task<long?> RecordedAsync(CachedQuery<string, long> query, string key, Carried? carried, Func<Task<(long, Answer<long>?)>> read)
    {
        var counters = app.CountersOf(query);
        var unconfirmed = counters.ServedUnconfirmed;
        var began = Moment.Now;
        try
        {
            var (version, answer) = await read();
            var ended = Moment.Now;
            app.Recorder.Add(new ReadEvent(
                app.Settings.Name, query.Name, key, began, ended, version, answer?.Source, answer?.LoadedAt.Position ?? 0, counters.ServedUnconfirmed != unconfirmed,
                carried?.Session ?? 0, carried?.Needed ?? 0, carried?.IsSettled ?? false));
            return version;
        }
#pragma warning disable CA1031 // No read may fail because the log is away: the history tells, and the test fails.
        catch (Exception error)
#pragma warning restore CA1031
        {
            app.Recorder.AddFailure($"read {query.Name} {key}", error);
            return null;
        }
    }
}
