using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Freshet.Redis.Tests.Connection;

/// <summary>A client that never finds its way back to a server that is there: here one that was given another address.</summary>
public sealed class StuckClientTests : IAsyncLifetime
{
    private static readonly RedisScript _script = new("return 7");

    private readonly TestTimeProvider _time = new();
    private readonly CollectedLog _lines = new();
    private readonly List<bool> _changes = [];
    private RedisServer _server = null!;
    private int _made;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task OneOfOurOwnIsMadeAnew()
    {
        await using var connection = Connect(isOurs: true);
        await FailAsync(connection);
        _time.Advance(TimeSpan.FromSeconds(9.9));
        await FailAsync(connection);
        _made.ShouldBe(1);

        _time.Advance(TimeSpan.FromSeconds(0.1));
        await FailAsync(connection); // the last one of the old client

        ((int)await RunAsync(connection)).ShouldBe(7);
        _made.ShouldBe(2);
        _changes.ShouldContain(true); // whoever listens subscribes again
        _lines.Lines.ShouldContain(line => line.Text.Contains("made anew", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OneOfTheApplicationsIsLeftAlone()
    {
        await using var connection = Connect(isOurs: false);
        await FailAsync(connection);
        _time.Advance(TimeSpan.FromHours(1));
        await FailAsync(connection);
        await FailAsync(connection);
        _made.ShouldBe(1);
    }

    [Fact]
    public void EachTimeItIsGivenTwiceAsLongUntilACallIsAnswered()
    {
        var patience = new ClientPatience(_time);
        LastsSeconds().ShouldBe(10);
        LastsSeconds().ShouldBe(20);
        LastsSeconds().ShouldBe(40);
        for (var i = 0; i < 5; i++) LastsSeconds();
        LastsSeconds().ShouldBe(300);

        patience.Answered();
        patience.EndsAtFailure().ShouldBeFalse();
        LastsSeconds().ShouldBe(10);

        int LastsSeconds()
        {
            for (var seconds = 0; ; seconds++)
            {
                if (patience.EndsAtFailure()) return seconds;
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    private RedisConnection Connect(bool isOurs)
    {
        var connection = new RedisConnection(async () => await ConnectionMultiplexer.ConnectAsync(++_made == 1 ? "127.0.0.1:1,abortConnect=false,connectTimeout=500" : _server.ConnectionString), isOurs, _time, new RedisCounters(null), new Logger<RedisConnection>(_lines));
        connection.OnChanged(_changes.Add);
        return connection;
    }

    private static async Task FailAsync(RedisConnection connection) => await Should.ThrowAsync<RedisConnectionException>(() => RunAsync(connection));

    private static Task<RedisResult> RunAsync(RedisConnection connection) => connection.RunAsync(_script, [], [], Watchdog.Token);
}
