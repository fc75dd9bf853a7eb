namespace Freshet.Tests.Store;

/// <summary>An entry's times, which are kept in 32 bits.</summary>
public sealed class EntryTests
{
    private const long CapturedAt = 5_000_000_000_000; // a clock that has run for long

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2_592_000_000)] // 30 days, the longest time to live there is
    [InlineData(uint.MaxValue)]
    public void TimesAreKeptToTheMillisecond(long after)
    {
        var entry = Expiring(CapturedAt + after);

        entry.ExpiresAt.ShouldBe(CapturedAt + after);
        entry.RefreshAt.ShouldBe(CapturedAt + after, "unless somebody sets it");
        entry.CapturedAt.ShouldBe(CapturedAt);
    }

    [Fact]
    public void ATimePastWhatFitsIsTheLastThatDoesAndOneBeforeTheCaptureIsTheCapture()
    {
        Expiring(long.MaxValue).ExpiresAt.ShouldBe(CapturedAt + uint.MaxValue);
        Expiring(CapturedAt - 1).ExpiresAt.ShouldBe(CapturedAt);
        Expiring(long.MinValue).ExpiresAt.ShouldBe(CapturedAt);
    }

    [Fact]
    public void TheNextLoadIsDueAtTheEndOfLifeAtTheLatest()
    {
        var entry = Expiring(CapturedAt + 1_000);

        entry.RefreshAt = CapturedAt + 600;
        entry.RefreshAt.ShouldBe(CapturedAt + 600);
        entry.RefreshAt = CapturedAt + 2_000;
        entry.RefreshAt.ShouldBe(CapturedAt + 1_000);
        entry.ExpireBy(CapturedAt + 500);
        entry.RefreshAt.ShouldBe(CapturedAt + 500);
        entry.ExpiresAt.ShouldBe(CapturedAt + 500);
        entry.ExpireBy(CapturedAt + 700);
        entry.ExpiresAt.ShouldBe(CapturedAt + 500, "life is never prolonged");
    }

    [Fact]
    public void AnEntryKeepsNothingAliveOfWhatItsLoadCaptured()
    {
        var epoch = Epoch.Create();
        var table = new MarkTable(epoch, forgottenUpTo: 0);
        var (entry, captured) = Captured(epoch, table);

        GC.Collect();

        captured.IsAlive.ShouldBeFalse("a log that moves makes one of these per position");
        entry.Loaded.ShouldBe(new LogPosition(epoch, 7));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static (Entry Entry, WeakReference Captured) Captured(Epoch epoch, MarkTable table)
    {
        var captured = new AppliedPosition(new LogPosition(epoch, 7), table, sequence: 1);
        return (new Entry<string, int>("a", 1, captured, [], CapturedAt, CapturedAt, null, isCacheable: true), new WeakReference(captured));
    }

    private static Entry<string, int> Expiring(long expiresAt)
    {
        var epoch = Epoch.Create();
        var captured = new AppliedPosition(new LogPosition(epoch, 0), new MarkTable(epoch, forgottenUpTo: 0), sequence: 1);
        return new Entry<string, int>("a", 1, captured, [], CapturedAt, expiresAt, null, isCacheable: true);
    }
}
