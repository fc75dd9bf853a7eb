using System.Diagnostics.Metrics;

namespace Freshet;

/// <summary>Counts operations on the meter <c>Freshet</c>, by kind.</summary>
internal sealed class OperationCounters
{
    private readonly Counter<long> _operations;
    private readonly Histogram<double> _duration;

    public OperationCounters(IMeterFactory? factory)
    {
        var meter = factory is null ? new Meter("Freshet") : factory.Create("Freshet");
        _operations = meter.CreateCounter<long>("freshet.operations", "{operation}", "Writes that finish later, by kind and outcome.");
        _duration = meter.CreateHistogram<double>("freshet.operation.duration", "s", "How long attempts at them took, by kind.");
    }

    public void Note(string kind, OperationOutcome outcome) => _operations.Add(1, new("kind", kind), new("outcome", Kebab.Of(outcome)));

    public void NoteAttempt(string kind, TimeSpan duration) => _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
}

/// <summary>What became of an operation, or of an attempt at it.</summary>
internal enum OperationOutcome
{
    Accepted,
    Completed,
    Retried,
    Failed,

    /// <summary>Another worker took it over.</summary>
    Lost,
}
