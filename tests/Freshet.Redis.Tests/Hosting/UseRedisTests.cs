using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Freshet.Redis.Tests.Hosting;

/// <summary>How an application names its Redis.</summary>
public sealed class UseRedisTests : RedisTest
{
    [Fact]
    public async Task AConnectionStringInCode() =>
        await ShouldWorkAsync(services => services.AddFreshet().UseRedis($"127.0.0.1:{Server.Port}"));

    [Fact]
    public async Task AConnectionStringInConfiguration() =>
        await ShouldWorkAsync(services => services.AddFreshet().UseRedis(), new() { ["Freshet:Redis:ConnectionString"] = $"127.0.0.1:{Server.Port}" });

    [Fact]
    public async Task TheApplicationsOwnConnectionWhichStaysOpen()
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(Server.ConnectionString);
        await ShouldWorkAsync(services => services.AddSingleton<IConnectionMultiplexer>(connection).AddFreshet().UseRedis());

        connection.IsConnected.ShouldBeTrue();
        connection.Close(false);
    }

    [Fact]
    public async Task AFactoryWhoseConnectionStaysOpen()
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(Server.ConnectionString);
        await ShouldWorkAsync(services => services.AddFreshet().UseRedis(options => options.Connect = _ => Task.FromResult<IConnectionMultiplexer>(connection)));

        connection.IsConnected.ShouldBeTrue();
        connection.Close(false);
    }

    [Fact]
    public async Task AFactoryThatThrewIsAskedAgain()
    {
        var (calls, fails) = (0, true);
        await using var provider = Build(services => services.AddFreshet().UseRedis(options => options.Connect = async _ =>
            Interlocked.Increment(ref calls) > 0 && Volatile.Read(ref fails) ? throw new InvalidOperationException("not yet") : await ConnectionMultiplexer.ConnectAsync(Server.ConnectionString)));
        var (log, heard) = (provider.GetRequiredService<ILogService>(), new Heard());
        await Should.ThrowAsync<InvalidOperationException>(async () => await log.CheckAsync(Watchdog.Token));
        log.Listen(heard);
        while (Volatile.Read(ref calls) < 2) await Task.Yield();
        await Should.ThrowAsync<InvalidOperationException>(async () => await log.CheckAsync(Watchdog.Token)); // so the listener's attempt has failed too
        Volatile.Write(ref fails, false);
        await log.CheckAsync(Watchdog.Token);

        await heard.UntilAsync(told => told.Connected.SequenceEqual([true]));
        var other = Node(LogNode.Settings with { Keyspace = "app" });
        await UntilSubscribedAsync();
        await other.AppendAsync("account:a");
        await heard.UntilAsync(told => told.Bells.Count == 1);

        async Task UntilSubscribedAsync()
        {
            var watchdog = Watchdog.Token;
            while ((await Server.RunAsync("PUBSUB", "CHANNELS")).Length == 0) watchdog.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task NothingIsConnectedBeforeItIsUsed()
    {
        await Server.KillAsync();
        await using var provider = Build(services => services.AddFreshet().UseRedis(options => options.Connect = _ => throw new InvalidOperationException("too early")));

        provider.GetRequiredService<ILogService>().ShouldBeOfType<RedisLogService>();
    }

    [Fact]
    public async Task OptionsComeFromConfigurationAndCodeOverridesThem()
    {
        await using var provider = Build(
            services => services.AddFreshet().UseRedis(options => options.RecordRetention = 7),
            new()
            {
                ["Freshet:Redis:ConnectionString"] = "127.0.0.1",
                ["Freshet:Redis:RecordRetention"] = "5",
                ["Freshet:Redis:IdWindow"] = "00:05:00",
                ["Freshet:Redis:MaxRecordBytes"] = "2048",
                ["Freshet:Redis:AcceptEviction"] = "true",
            });
        var options = provider.GetRequiredService<IOptions<RedisOptions>>().Value;

        (options.RecordRetention, options.IdWindow, options.MaxRecordBytes, options.AcceptEviction).ShouldBe((7, TimeSpan.FromMinutes(5), 2048, true));
    }

    [Theory]
    [InlineData("RecordRetention", "0")]
    [InlineData("RecordRetention", "10000001")]
    [InlineData("RecordRetention", "many")]
    [InlineData("IdWindow", "00:00:59")]
    [InlineData("IdWindow", "7.00:00:01")]
    [InlineData("IdWindow", "soon")]
    [InlineData("MaxRecordBytes", "1023")]
    [InlineData("MaxRecordBytes", "1048577")]
    [InlineData("MaxRecordBytes", "x")]
    [InlineData("AcceptEviction", "maybe")]
    [InlineData("ConnectionString", "")]
    [InlineData("ConnectionString", "127.0.0.1,password=hunter2,connectTimeout=soon")]
    public async Task AnOptionOutOfRangeIsRefusedByItsName(string name, string value)
    {
        await using var provider = Build(services => services.AddFreshet().UseRedis(), new() { ["Freshet:Redis:ConnectionString"] = "127.0.0.1", [$"Freshet:Redis:{name}"] = value });

        var error = Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<ILogService>());
        error.Failures.ShouldHaveSingleItem().ShouldContain($"Freshet:Redis:{name}");
        error.Message.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task NoConnectionAtAllIsRefusedWithEveryWayOut()
    {
        await using var provider = Build(services => services.AddFreshet().UseRedis());

        var fault = Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<ILogService>()).Failures.ShouldHaveSingleItem();
        foreach (var way in (string[])["Freshet:Redis:ConnectionString", "IConnectionMultiplexer", "RedisOptions.Connect"]) fault.ShouldContain(way);
    }

    private static async Task ShouldWorkAsync(Action<IServiceCollection> add, Dictionary<string, string?>? configuration = null)
    {
        await using var provider = Build(add, configuration);
        var log = provider.GetRequiredService<ILogService>();
        await log.CheckAsync(Watchdog.Token);

        (await log.ExchangeAsync(new ExchangeRequest(null, 1, null, false, []), Watchdog.Token)).Head.Position.ShouldBe(0);
    }

    private static ServiceProvider Build(Action<IServiceCollection> add, Dictionary<string, string?>? configuration = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration ?? []).Build());
        add(services);
        return services.BuildServiceProvider();
    }
}
