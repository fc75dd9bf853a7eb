namespace Freshet.Redis.Tests.Connection;

/// <summary>The client completes its calls on one thread; what an application does where a call returned must not hold that up.</summary>
public sealed class BlockingCallerTests : RedisTest
{
    [Fact]
    public async Task ACallerThatBlocksStopsNobody()
    {
        var node = Node();
        for (var i = 0; i < 20; i++) await AppendAndBlockAsync(node);
        (await node.HeadAsync()).Position.ShouldBe(20);
    }

    private static async Task AppendAndBlockAsync(LogNode node)
    {
        await node.AppendAsync("account:a").ConfigureAwait(false); // goes on wherever it was answered
        node.HeadAsync().Wait(TimeSpan.FromSeconds(10)).ShouldBeTrue();
    }
}
