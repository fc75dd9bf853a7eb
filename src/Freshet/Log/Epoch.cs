namespace Freshet;

/// <summary>Random identity of a log, renewed whenever the log may have lost a record: start, failover, flush. Compared for equality only.</summary>
/// <param name="Value">The random number.</param>
/// <remarks>A counter would not do: reused after an empty restart, it would revive entries of the log that was lost.</remarks>
public readonly record struct Epoch(Guid Value)
{
    /// <summary>A fresh epoch that no other log has.</summary>
#pragma warning disable RS0030 // Must be random: a number derived from anything else could return.
    public static Epoch Create() => new(Guid.NewGuid());
#pragma warning restore RS0030

    /// <summary>The epoch as 32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("N");
}

/// <summary>A place in the log: positions are 1, 2, 3, ... without gaps, and mean something only within their epoch.</summary>
/// <param name="Epoch">Which log.</param>
/// <param name="Position">Number of a record; 0 is before the first.</param>
public readonly record struct LogPosition(Epoch Epoch, long Position);
