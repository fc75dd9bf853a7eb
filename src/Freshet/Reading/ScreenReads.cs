namespace Freshet;

/// <summary>The reads of one attempt at a screen, held back until they agree with each other.</summary>
internal sealed class ScreenReads
{
    private readonly List<Read> _reads = []; // guarded by the scope that fills it

    internal readonly record struct Read(Entry Entry, long ValidAt, bool Satisfied, AnswerSource Source, RiskLevel Level, QueryPolicy Policy, Tag AllOfQuery);

    public IReadOnlyList<Read> All => _reads;

    /// <summary>Whether one position exists at which all high values were valid: the highest loadedAt is at most the lowest validAt. One value alone contradicts nothing.</summary>
    public bool IsCoherent
    {
        get
        {
            var (loadedAt, validAt) = (long.MinValue, long.MaxValue);
            Epoch? epoch = null;
            Entry? only = null;
            var areMany = false;
            foreach (var read in _reads)
            {
                if (read.Level != RiskLevel.High) continue;
                areMany |= only is not null && !ReferenceEquals(only, read.Entry);
                only = read.Entry;
                var loaded = read.Entry.Loaded;
                if (epoch is { } other && other != loaded.Epoch) return false; // positions of two logs cannot be compared
                epoch = loaded.Epoch;
                loadedAt = Math.Max(loadedAt, loaded.Position);
                validAt = Math.Min(validAt, read.ValidAt);
            }
            return loadedAt <= validAt || !areMany;
        }
    }

    /// <summary>Whether holds stand that a high value would meet again.</summary>
    public bool AreConcernedBy(StandingHolds holds) => _reads.Exists(read => read.Level == RiskLevel.High && holds.Touch(read.Entry.Marks));

    public void Add(Read read) => _reads.Add(read);
}

/// <summary>What a screen shows, read as one.</summary>
/// <param name="Value">What the reads made of it.</param>
/// <param name="IsCoherent">Whether its high values were all valid at one position. False when writes kept coming in between.</param>
/// <param name="Attempts">How often it was read: 1 when nothing came in between.</param>
public sealed record ScreenAnswer<T>(T Value, bool IsCoherent, int Attempts);
