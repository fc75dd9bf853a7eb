namespace Freshet.Redis.Tests.Faults;

/// <summary>What may happen to the server that keeps the log.</summary>
public sealed class ServerFaultTests
{
    [Fact]
    public async Task NothingHappens()
    {
        await using var cluster = await Cluster.StartAsync(["a", "b", "c"]);
        await cluster.WorkAsync();
        await cluster.ProgressAsync(reads: 1_500, writes: 60, hits: 600);

        (await cluster.CheckAsync("nothing happens")).ShouldHold();
        foreach (var counts in await cluster.CountsAsync())
        {
            counts.NewEpochs.ShouldBe(0);
            counts.Pending.ShouldBe(0);
        }
    }
}
