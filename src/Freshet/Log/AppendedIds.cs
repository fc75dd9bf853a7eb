namespace Freshet;

/// <summary>Where the last records that an outbox keeps were appended, so that one appended again is not doubled. Not thread-safe.</summary>
/// <remarks>
/// Two appends of one row lie no further apart than the relay's read of it and its append, so a bounded number is enough. One that was
/// forgotten invalidates its tags once more, which is safe.
/// </remarks>
internal sealed class AppendedIds
{
    internal const int Capacity = 65_536;

    private readonly Dictionary<Guid, Place> _places = [];
    private readonly Queue<Guid> _inOrder = new();

    public bool TryFind(Guid id, out Place place) => _places.TryGetValue(id, out place);

    public void Add(LogRecord record)
    {
        _places[record.Id] = new Place(new LogPosition(record.Epoch, record.Position), record.At);
        _inOrder.Enqueue(record.Id);
        if (_inOrder.Count > Capacity) _places.Remove(_inOrder.Dequeue());
    }

    /// <summary>Where a record is.</summary>
    internal readonly record struct Place(LogPosition Position, DateTimeOffset At);
}
