using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freshet.Sql.Tests.Hosting;

/// <summary>An application starts without its outbox's database, as it does without its log.</summary>
public sealed class OutboxHostTests : IAsyncDisposable
{
    private readonly TestTimeProvider _time = new();
    private readonly CollectedLog _log = new();
    private readonly ServiceProvider _services;

    public OutboxHostTests()
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time).AddSingleton<ILoggerFactory>(_log);
        var freshet = services.AddFreshet().Add<Plain>();
        for (var i = 0; i < 2; i++) freshet.UseSqliteOutbox(() => new SilentConnection(hears: true)); // such as by a library and by the application
        _services = services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task ADatabaseThatDoesNotAnswerIsWaitedForAMoment()
    {
        var starting = Host.StartAsync(default);
        starting.IsCompleted.ShouldBeFalse();

        _time.Advance(TimeSpan.FromSeconds(5));

        await starting.WaitAsync(TimeSpan.FromSeconds(30));
        _log.Lines.ShouldContain(line => line.Text.Contains("the application starts without it"));
    }

    [Fact]
    public async Task AStartThatIsGivenUpIsNoStartWithoutTheDatabase()
    {
        await Should.ThrowAsync<OperationCanceledException>(() => Host.StartAsync(new CancellationToken(canceled: true)));
        _log.Lines.ShouldNotContain(line => line.Text.Contains("the application starts without it"));
    }

    [Fact]
    public void AnOutboxThatIsAddedTwiceIsStartedOnce() => _services.GetServices<IHostedService>().OfType<OutboxHost>().ShouldHaveSingleItem();

    private OutboxHost Host => _services.GetServices<IHostedService>().OfType<OutboxHost>().Single();
}
