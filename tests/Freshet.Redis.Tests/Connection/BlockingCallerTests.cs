namespace Freshet.Redis.Tests.Connection;

/// <summary>The client completes its calls on one thread; what an application does where a call returned must not hold that up.</summary>
public sealed class BlockingCallerTests : RedisTest
{
#pragma warning disable xUnit1030, xUnit1031 // Where it goes on, and that it blocks there, is what it is about.
    [Fact]
    public async Task ACallerThatBlocksStopsNobody()
    {
        var node = Node();
        for (var i = 0; i < 20; i++)
        {
            await node.AppendAsync("account:a").ConfigureAwait(false); // goes on wherever it was answered
            node.HeadAsync().Wait(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        }
        (await node.HeadAsync()).Position.ShouldBe(20);
    }
#pragma warning restore xUnit1030, xUnit1031
}
