namespace Freshet;

internal sealed partial class FreshetService
{
    private const int MostScreenAttempts = 3;

    /// <summary>The longest that a screen waits, before each further attempt, for the end of holds that its values met. Most stand for a few milliseconds: three attempts on end would all meet the same one.</summary>
    internal static readonly TimeSpan ScreenHoldWait = TimeSpan.FromMilliseconds(50);

    public async ValueTask<ScreenAnswer<T>> ReadScreenAsync<T>(
        Screen screen, Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(screen);
        ArgumentNullException.ThrowIfNull(read);
        if (!ScreenCounters.TryGetValue(screen, out var counters))
            throw new UnknownDeclarationException("screen", screen.Name, "Declare it in a catalog and add the catalog with AddFreshet().Add<TCatalog>().");

        var surrounding = Ambient.Current;
        for (var attempt = 1; ; attempt++)
        {
            var (value, reads) = await ReadOnceAsync(read, cancellationToken).ConfigureAwait(false);
            var isCoherent = reads.IsCoherent;
            // Reading again costs what lags: everything else is a hit, and valid at the present position.
            if (!isCoherent && attempt < MostScreenAttempts)
            {
                await _node.WhileHeldAsync(reads.AreConcernedBy, ScreenHoldWait, cancellationToken).ConfigureAwait(false);
                continue;
            }

            counters.Note(isCoherent);
            foreach (var noted in reads.All) NoteAround(surrounding, noted);
            return new ScreenAnswer<T>(value, isCoherent, attempt);
        }
    }

    private async ValueTask<(T Value, ScreenReads Reads)> ReadOnceAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var reads = new ScreenReads();
        // The scopes around learn only of the attempt that counts, or a request's headers would tell of values it does not show.
        using var scope = new ReadScope(this, new ReadRequirement(), reads);
        return (await read(cancellationToken).ConfigureAwait(false), reads);
    }

    private void NoteAround(Ambient? surrounding, ScreenReads.Read read)
    {
        for (var at = surrounding; at is not null; at = at.Outer)
        {
            if (at.IsOf(this) && at.Scope?.Note(read) == false) return;
        }
    }
}
