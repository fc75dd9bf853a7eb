namespace Freshet.Redis.Tests.Faults;

/// <summary>Readers and writers that go on until they are told to rest.</summary>
internal sealed class Workload(NodeApp app, NodeCalls calls)
{
    private readonly List<Task> _loops = [];
    private volatile bool _isResting;

    /// <param name="readers">Readers, each of any query and key.</param>
    /// <param name="writers">Writers, each of any cell and key.</param>
    /// <param name="keys">How many keys there are.</param>
    /// <param name="pause">The longest pause between two reads of one reader, in milliseconds.</param>
    public void Begin(int readers, int writers, int keys, int pause)
    {
        for (var i = 0; i < readers; i++) _loops.Add(LoopAsync(pause, () => ReadAnyAsync(keys)));
        for (var i = 0; i < writers; i++) _loops.Add(LoopAsync(pause: 16, () => WriteAnyAsync(keys)));
    }

    public Task RestAsync()
    {
        _isResting = true;
        return Task.WhenAll(_loops);
    }

    private async Task LoopAsync(int pause, Func<Task> step)
    {
        await Task.Yield();
        while (!_isResting)
        {
            await step();
            await Task.Delay(Random.Shared.Next(1, pause + 1));
        }
    }

    private async Task ReadAnyAsync(int keys)
    {
        var query = Vault.Queries[Random.Shared.Next(Vault.Queries.Count)];
        var key = KeyOf(Random.Shared.Next(keys));
        if (Random.Shared.Next(2) == 0) await calls.ReadAsync(query, key);
        else await calls.AnswerAsync(query, key);
    }

    private async Task WriteAnyAsync(int keys)
    {
        var isMoney = Random.Shared.Next(2) == 0;
        try
        {
            await calls.WriteAsync(isMoney ? Vault.MoneyCell : Vault.TitleCell, KeyOf(Random.Shared.Next(keys)), byJob: Random.Shared.Next(5) == 0);
        }
#pragma warning disable CA1031 // No write may fail because the log is away: the history tells, and the test fails.
        catch (Exception error)
#pragma warning restore CA1031
        {
            app.Recorder.AddFailure("write", error);
        }
    }

    public static string KeyOf(int number) => $"acc_{number}";
}
