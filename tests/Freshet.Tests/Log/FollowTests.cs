namespace Freshet.Tests.Log;

public sealed class FollowTests
{
    [Fact]
    public async Task AFollowerSeesEveryRecordOnceAndInOrder()
    {
        await using var app = TestApp.Start();
        await app.WriteAsync("before", new Value(1));
        using var cancellation = new CancellationTokenSource();
        var seen = new List<long>();
        var third = new TaskCompletionSource();
        var following = Task.Run(async () =>
        {
            await foreach (var record in app.Freshet.Log.FollowAsync(after: 0, cancellation.Token))
            {
                seen.Add(record.Position);
                if (record.Position == 3) third.SetResult();
            }
        });

        await app.WriteAsync("during", new Value(1));
        await app.WriteAsync("during", new Value(2));
        await third.Task;
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(following);
        seen.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task AFollowerThatAsksForTrimmedRecordsIsToldToStartOver()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.LogRetention = 2));
        for (var i = 0; i < 5; i++) await app.WriteAsync("a", new Value(i));

        var error = await Should.ThrowAsync<LogTrimmedException>(async () =>
        {
            await foreach (var _ in app.Freshet.Log.FollowAsync(after: 1)) break;
        });

        (error.After, error.Oldest).ShouldBe((1, 4));
    }

    [Fact]
    public async Task AFollowerThatCountsByALogThatIsGoneIsToldToStartOver()
    {
        await using var app = TestApp.Start();
        await app.WriteAsync("a", new Value(1));

        await Should.ThrowAsync<LogTrimmedException>(async () =>
        {
            await foreach (var _ in app.Freshet.Log.FollowAsync(after: 500)) break;
        });
    }

    [Fact]
    public async Task EveryRecordKeptIsFollowedWhateverTheRetention()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.LogRetention = 37));
        for (var position = 1; position <= 150; position++)
        {
            await app.WriteAsync("a", new Value(position));
            var seen = new List<long>();
            var after = Math.Max(0, position - 37);
            await foreach (var record in app.Freshet.Log.FollowAsync(after))
            {
                seen.Add(record.Position);
                if (record.Position == position) break;
            }
            seen.ShouldBe(Enumerable.Range(after + 1, position - after).Select(number => (long)number));
        }
    }

    [Fact]
    public async Task PositionsAreDenseUnderParallelWriters()
    {
        await using var app = TestApp.Start();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => app.WriteAsync($"k{i}", new Value(i)))));

        var positions = new List<long>();
        await foreach (var record in app.Freshet.Log.FollowAsync(0))
        {
            positions.Add(record.Position);
            if (record.Position == 200) break;
        }
        positions.ShouldBe(Enumerable.Range(1, 200).Select(i => (long)i));
    }
}
