namespace Freshet.Sql;

/// <summary>Makes records to be of rows. A row that another program wrote may name an event and its data alone: then its tags follow from the event's declaration, as in <c>Raise</c>.</summary>
internal sealed class RowReader(CatalogModel catalog, EventData events)
{
    private readonly Dictionary<string, Event> _events = catalog.Events.ToDictionary(declared => declared.Declaration.Name, declared => declared.Declaration, StringComparer.Ordinal);

    /// <exception cref="UnreadableRowException">It cannot be appended as it stands.</exception>
    public RecordDraft Read(OutboxRow row)
    {
        var id = row.Id ?? throw new UnreadableRowException("its id is no UUID in lower case");
        var trigger = RecordJson.FindTrigger(row.Trigger) ?? throw new UnreadableRowException("its trigger is none of user-action, webhook, job, operator");
        var (value, invalidations) = row.Invalidations is { } told ? (null, Invalidations(told)) : Declared(row, trigger);
        return new RecordDraft(id, row.Call, row.Event, value, invalidations, row.Cause)
        {
            EventData = row.Data,
            By = new Writer(trigger, row.Action, row.Actor, row.Trace),
            IsDurable = true,
        };
    }

    private static IReadOnlyList<Invalidation> Invalidations(string told)
    {
        try
        {
            return RecordJson.ReadInvalidations(told);
        }
        catch (FormatException error)
        {
            throw new UnreadableRowException("""its invalidations are not of the form [{"tag":"account:a"}]""", error);
        }
    }

    private (object Value, IReadOnlyList<Invalidation> Invalidations) Declared(OutboxRow row, TriggerKind trigger)
    {
        if (row.Event is not { } name) throw new UnreadableRowException("it has neither an event nor invalidations");
        if (!_events.TryGetValue(name, out var declared)) throw new UnreadableRowException("no catalog of this node declares its event");
        try
        {
            var value = events.Read(row.Data ?? "{}", declared.Type) ?? throw new UnreadableRowException("its data are null");
            var (kind, deadline) = FreshetService.ByTrigger(trigger, declared.Profile);
            return (value, declared.InvalidationsOf(value, kind, deadline));
        }
#pragma warning disable CA1031 // Whatever a converter or member of the application throws. Its message may hold data, so it is not told.
        catch (Exception error) when (error is not UnreadableRowException)
#pragma warning restore CA1031
        {
            throw new UnreadableRowException($"its data do not fit its event ({error.GetType().Name})", error);
        }
    }
}

/// <summary>A row cannot be appended as it stands. Never leaves this package: the row is told of, and tried again.</summary>
internal sealed class UnreadableRowException(string fault, Exception? inner = null) : FreshetException($"The row cannot be appended: {fault}. See docs/outbox.md for what a row has to hold.", inner)
{
    public override string Code => "unreadable-row";

    public string Fault => fault;
}
