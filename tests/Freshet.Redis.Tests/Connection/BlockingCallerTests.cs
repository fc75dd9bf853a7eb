namespace Freshet.Redis.Tests.Connection;

/// <summary>The client completes its calls on one thread; what an application does where a call returned must not hold that up.</summary>
public sealed class BlockingCallerTests : RedisTest
{
    [Fact]
    public async Task ACallerThatBlocksStopsNobody()
    {
        var node = Node();
        for (var i = 0; i < 20; i++)
        {
            await node.AppendAsync("account:a").ConfigureAwait(false); // goes on wherever it was answered
#pragma warning disable xUnit1031 // Blocking is what it is about.
            node.HeadAsync().Wait(TimeSpan.FromSeconds(10)).ShouldBeTrue();
#pragma warning restore xUnit1031
        }
        (await node.HeadAsync()).Position.ShouldBe(20);
    }
}
