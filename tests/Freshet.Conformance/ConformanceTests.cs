using System.Collections.Concurrent;

namespace Freshet.Conformance;

/// <summary>What caches get wrong, by the same steps for every cache (DESIGN 10). The source goes from 1 to 2 while a load is running, unless a test says otherwise.</summary>
public abstract class ConformanceTests : IAsyncLifetime
{
    private const string Key = "k";
    private const string Tag = "t";

    private static readonly TimeSpan _watchdog = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, int> _source = new();
    private Gate? _held;
    private int _loads;

    protected ICachePair Pair { get; private set; } = null!;

    /// <summary>Two nodes.</summary>
    /// <param name="offsetOfB">How far B's wall clock is off.</param>
    protected abstract Task<ICachePair> StartAsync(TimeSpan offsetOfB = default);

    public async ValueTask InitializeAsync()
    {
        _source[Key] = 1;
        Pair = await StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Pair.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task P1_invalidated_by_key_during_the_load()
    {
        var (load, held) = await BeginLoadAsync(Pair.A);
        _source[Key] = 2;
        await Pair.A.InvalidateKeyAsync(Key);
        await EndLoadAsync(load, held);

        (await GetAsync(Pair.A)).ShouldBe(2);
    }

    [Fact]
    public async Task P2_invalidated_by_tag_during_a_background_load()
    {
        await GetAsync(Pair.A, toleratesStale: true);
        await Pair.A.MarkStaleAsync(Tag, TimeSpan.FromMinutes(1));
        var held = Hold();
        (await GetAsync(Pair.A, toleratesStale: true)).ShouldBe(1); // starts it
        await held.Reached;
        _source[Key] = 2;
        await Pair.A.InvalidateTagAsync(Tag);
        held.Open();

        (await GetAsync(Pair.A, toleratesStale: true)).ShouldBe(2);
        (await GetAsync(Pair.A, toleratesStale: true)).ShouldBe(2);
    }

    [Fact]
    public async Task P3_invalidated_by_tag_during_a_foreground_load()
    {
        var (load, held) = await BeginLoadAsync(Pair.A);
        _source[Key] = 2;
        await Pair.A.InvalidateTagAsync(Tag);
        await EndLoadAsync(load, held);

        (await GetAsync(Pair.A)).ShouldBe(2);
    }

    [Fact]
    public async Task P4_one_node_invalidates_by_key_while_the_other_loads()
    {
        var (load, held) = await BeginLoadAsync(Pair.B);
        _source[Key] = 2;
        await Pair.A.InvalidateKeyAsync(Key);
        await EndLoadAsync(load, held);

        (await GetAsync(Pair.A)).ShouldBe(2);
        (await GetAsync(Pair.B)).ShouldBe(2);
    }

    [Fact]
    public async Task P5_a_subscriber_misses_a_message()
    {
        await GetAsync(Pair.A);
        Pair.LoseMessagesToA();
        _source[Key] = 2;
        await Pair.B.InvalidateTagAsync(Tag);
        Pair.Mend();

        await UntilAsync(Pair.A, 2);
    }

    [Fact]
    public async Task P6_a_read_after_the_invalidation_does_not_join_the_load_before_it()
    {
        var (load, held) = await BeginLoadAsync(Pair.A);
        _source[Key] = 2;
        await Pair.A.InvalidateTagAsync(Tag);

        var late = GetAsync(Pair.A);
        held.Open();

        (await late).ShouldBe(2);
        await load;
        (await GetAsync(Pair.A)).ShouldBe(2);
    }

    [Fact]
    public async Task P7_a_tag_that_is_known_is_invalidated_elsewhere_and_the_value_left_memory()
    {
        await GetAsync(Pair.A);
        await Pair.B.InvalidateTagAsync("other"); // B knows of tags
        (await GetAsync(Pair.B)).ShouldBe(1);
        Pair.B.ForgetMemory();
        _source[Key] = 2;
        await Pair.A.InvalidateTagAsync(Tag);

        (await GetAsync(Pair.B)).ShouldBe(2);
    }

    [Fact]
    public async Task P8_expired_and_then_marked_stale_stays_expired()
    {
        await GetAsync(Pair.A, toleratesStale: true);
        _source[Key] = 2;
        await Pair.A.InvalidateTagAsync(Tag);
        await Pair.A.MarkStaleAsync(Tag, TimeSpan.FromMinutes(1));

        (await GetAsync(Pair.A, toleratesStale: true)).ShouldBe(2);
    }

    [Fact]
    public async Task P9_a_deadline_does_not_drop_what_was_loaded_after_the_mark()
    {
        await Pair.A.MarkStaleAsync(Tag, TimeSpan.FromMilliseconds(100));
        (await GetAsync(Pair.A, toleratesStale: true)).ShouldBe(1);
        var loads = _loads;
        await Task.Delay(TimeSpan.FromMilliseconds(250)); // the deadline passes: no cache's own clock is asked

        (await GetAsync(Pair.A, toleratesStale: true)).ShouldBe(1);

        _loads.ShouldBe(loads);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(-7)]
    public async Task P10_clocks_differ_by_minutes(int minutes)
    {
        await using var pair = await StartAsync(TimeSpan.FromMinutes(minutes));
        foreach (var (from, to) in ((ICacheNode, ICacheNode)[])[(pair.A, pair.B), (pair.B, pair.A)])
        {
            var next = _source[Key] + 1;
            await GetAsync(from);
            await GetAsync(to);
            _source[Key] = next;
            await from.InvalidateTagAsync(Tag);

            (await GetAsync(to)).ShouldBe(next);
            (await GetAsync(from)).ShouldBe(next);
        }
    }

    [Fact]
    public async Task P12_a_tag_is_invalidated_while_its_first_read_creates_its_bookkeeping()
    {
        for (var i = 0; i < 200; i++)
        {
            var (key, tag) = ($"k{i}", $"t{i}");
            _source[key] = 1;
            var first = Task.Run(() => GetAsync(Pair.A, key, tag));
            var write = Task.Run(async () =>
            {
                _source[key] = 2;
                await Pair.A.InvalidateTagAsync(tag);
            });
            await Task.WhenAll(first, write);

            (await GetAsync(Pair.A, key, tag)).ShouldBe(2);
        }
    }

    [Fact]
    public async Task P13_a_written_value_is_not_overwritten_by_an_older_load()
    {
        var (load, held) = await BeginLoadAsync(Pair.A);
        _source[Key] = 2;
        await Pair.A.SetAsync(Key, Tag, 2);
        await EndLoadAsync(load, held);

        (await GetAsync(Pair.A)).ShouldBe(2);
    }

    [Fact]
    public async Task P14_a_node_that_was_cut_off_learns_what_it_missed()
    {
        await GetAsync(Pair.A);
        Pair.CutA();
        _source[Key] = 2;
        await Pair.B.InvalidateTagAsync(Tag);
        Pair.Mend();

        await UntilAsync(Pair.A, 2);
    }

    [Fact]
    public async Task P15_what_a_node_could_not_tell_before_it_ended_is_told_by_another()
    {
        await GetAsync(Pair.A, toleratesStale: true);
        Pair.CutB();
        _source[Key] = 2;
        await Pair.B.InvalidateTagAsync(Tag);
        await Pair.KillBAsync();
        Pair.Mend();

        await UntilAsync(Pair.A, 2, toleratesStale: true);
    }

    private Task<int> GetAsync(ICacheNode node, string key = Key, string tag = Tag, bool toleratesStale = false) =>
        node.GetAsync(key, tag, () => LoadAsync(key), toleratesStale).WaitAsync(_watchdog);

    private async Task<int> LoadAsync(string key)
    {
        Interlocked.Increment(ref _loads);
        var value = _source[key];
        if (Interlocked.Exchange(ref _held, null) is { } held) await held.PassAsync();
        return value;
    }

    /// <summary>The next load takes its value, and waits.</summary>
    private Gate Hold() => _held = new Gate();

    private async Task<(Task<int> Load, Gate Held)> BeginLoadAsync(ICacheNode node)
    {
        var held = Hold();
        var load = GetAsync(node);
        await held.Reached;
        return (load, held);
    }

    private static async Task EndLoadAsync(Task<int> load, Gate held)
    {
        held.Open();
        await load;
    }

    private async Task UntilAsync(ICacheNode node, int value, bool toleratesStale = false)
    {
        using var watchdog = new CancellationTokenSource(_watchdog);
        while (await GetAsync(node, toleratesStale: toleratesStale) != value)
        {
            watchdog.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
