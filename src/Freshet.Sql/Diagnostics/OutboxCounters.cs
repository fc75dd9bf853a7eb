using System.Diagnostics.Metrics;

namespace Freshet.Sql;

/// <summary>What the outbox holds and the relay does, on the meter <c>Freshet</c>.</summary>
internal sealed class OutboxCounters
{
    private readonly Counter<long> _relayed;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _failures;

    public OutboxCounters(Func<OutboxState> state, IMeterFactory? factory)
    {
        var meter = factory is null ? new Meter(FreshetMeter.Name) : factory.Create(FreshetMeter.Name);
        _relayed = meter.CreateCounter<long>("freshet.outbox.relayed", "{record}", "Records that this node's relay has appended in place of their own actions.");
        _failed = meter.CreateCounter<long>("freshet.outbox.rows.failed", "{row}", "Attempts to append a row that cannot be, by what becomes of it.");
        _failures = meter.CreateCounter<long>("freshet.outbox.relay.failures", "{step}", "Steps of the relay that failed, such as while the database is away.");
        meter.CreateObservableGauge("freshet.outbox.backlog", () => state().Backlog, "{row}", "Committed rows that neither their action nor a relay has appended in time.");
        meter.CreateObservableGauge("freshet.outbox.backlog.age", () => state().Age.TotalSeconds, "s", "How long ago the oldest of them was written.");
        meter.CreateObservableGauge("freshet.outbox.set-aside", () => state().SetAside, "{row}", "Rows that cannot be appended and wait for somebody to look at them.");
    }

    public void NoteRelayed(int records) => _relayed.Add(records);

    public void NoteFailed(bool isSetAside) => _failed.Add(1, new KeyValuePair<string, object?>("outcome", isSetAside ? "set-aside" : "again"));

    public void NoteFailure() => _failures.Add(1);
}
