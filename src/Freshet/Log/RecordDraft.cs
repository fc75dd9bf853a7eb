namespace Freshet;

/// <summary>A record before the log gave it a position.</summary>
internal sealed record RecordDraft(Guid Id, string Call, string? Event, object? EventValue, IReadOnlyList<Invalidation> Invalidations, string? Cause = null)
{
    /// <summary>The event's members as JSON, where an outbox keeps them; null when they are written as late as the log asks for them.</summary>
    public string? EventData { get; init; }

    /// <summary>Who raised it, when it is not who appends: a relay appends the records of many actions at once.</summary>
    public Writer? By { get; init; }

    /// <summary>Whether an outbox keeps it, so that it outlives this process.</summary>
    public bool IsDurable { get; init; }

    /// <summary>What it holds, when it is a hold.</summary>
    public Holding? Holds { get; init; }

    /// <summary>Whether its action has placed a hold of it, which it resolves. Others who append it need not know.</summary>
    public bool IsHeld { get; init; }

    /// <summary>The holds it ends.</summary>
    public IReadOnlyList<Release> Releases { get; init; } = [];
}

/// <summary>Who appends: the same for all records of an action.</summary>
internal sealed record Writer(TriggerKind Trigger, string Action, string? Actor, string? TraceParent);

/// <summary>Identities of records: random once per process, then counted, because asking the system for randomness costs more than the whole append.</summary>
internal static class RecordId
{
#pragma warning disable RS0030 // Once per process.
    private static readonly Guid _process = Guid.NewGuid();
#pragma warning restore RS0030
    private static long _last;

    public static Guid Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        _process.TryWriteBytes(bytes);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes[8..], Interlocked.Increment(ref _last));
        return new Guid(bytes);
    }

    /// <summary>The record that ends an overdue hold: the same whichever node appends it, so that the log takes it once. No other record's, as the count never gets there.</summary>
    public static Guid OfOverdue(Guid hold)
    {
        Span<byte> bytes = stackalloc byte[16];
        hold.TryWriteBytes(bytes);
        bytes[8] ^= 0x80;
        return new Guid(bytes);
    }
}
