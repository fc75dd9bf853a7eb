namespace Freshet;

/// <summary>A counter for the hit path: one cell per processor, so that counting costs no more than the increment itself.</summary>
internal sealed class StripedCounter
{
    private const int CellSize = 16; // longs: two cache lines apart, past the adjacent-line prefetcher
    private static readonly int _mask = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount) - 1;

    private readonly long[] _cells = new long[(_mask + 2) * CellSize];

    public void Increment() => Interlocked.Increment(ref _cells[((Thread.GetCurrentProcessorId() & _mask) + 1) * CellSize]);

    public long Total
    {
        get
        {
            var total = 0L;
            for (var cell = CellSize; cell < _cells.Length; cell += CellSize) total += Volatile.Read(ref _cells[cell]);
            return total;
        }
    }
}
