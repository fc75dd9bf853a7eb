using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Sql.Tests.Crash;

/// <summary>Where a writer stands still, to be killed there.</summary>
public enum CrashStep
{
    AfterBegin,
    AfterWrite,
    AfterOutboxInsert,
    BeforeCommit,
    AfterCommit,
    AfterAppend,
    AfterMark,
    BeforeAnswer,
}

/// <summary>What a writer is told when it starts.</summary>
public sealed record WriterSettings(LedgerDatabase Database, string Redis);

/// <summary>A writing process: this test program, started again. SIGKILL ends it.</summary>
internal sealed class WriterProcess : IAsyncDisposable
{
    /// <summary>The first argument of a writer.</summary>
    public const string Verb = "run-writer";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _faults;

    private WriterProcess(Process process)
    {
        _process = process;
        _faults = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts one, and waits until it is ready to write.</summary>
    public static async Task<WriterProcess> StartAsync(WriterSettings settings)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Freshet.Sql.Tests"), [Verb, JsonSerializer.Serialize(settings)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0"; // it lives for a moment
        var writer = new WriterProcess(Process.Start(start)!);
        await writer.HearAsync("ready");
        return writer;
    }

    /// <summary>Has it write a number, as far as a step, where it stands still.</summary>
    /// <returns>Whether the log took its hold in time. Otherwise nothing is promised from its commit to its append.</returns>
    public async Task<bool> WriteAsync(long number, CrashStep step)
    {
        await _process.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{number} {step}"));
        await _process.StandardInput.FlushAsync();
        return await HearAsync($"at {step}", $"at {step}, not held") == 0;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    /// <returns>Which of what may be said it was.</returns>
    private async Task<int> HearAsync(params string[] expected)
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(_patience);
        var said = Array.IndexOf(expected, line);
        return said >= 0 ? said : throw new InvalidOperationException($"The writer said '{line}' where '{expected[0]}' was expected: {(line is null ? await _faults : "")}");
    }
}

/// <summary>The writer's side.</summary>
internal static class WriterMain
{
    public static async Task<int> RunAsync(string text)
    {
        var settings = JsonSerializer.Deserialize<WriterSettings>(text)!;
        await using var services = await settings.Database.StartAsync(settings.Redis);
        var (freshet, outbox) = (services.GetRequiredService<IFreshet>(), services.GetRequiredService<SqlOutbox>());
        await Console.Out.WriteLineAsync("ready");
        var order = (await Console.In.ReadLineAsync())?.Split(' ');
        if (order is null) return 0; // the test has ended
        var (number, step) = (long.Parse(order[0], CultureInfo.InvariantCulture), Enum.Parse<CrashStep>(order[1]));

        await using var action = freshet.BeginUserAction("write");
        await using (var connection = await settings.Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await StandAsync(CrashStep.AfterBegin);
            await LedgerDatabase.WriteAsync(transaction, Ledger.Row, number);
            await StandAsync(CrashStep.AfterWrite);
            freshet.Raise(new RowWritten(Ledger.Row, number));
            if (step >= CrashStep.AfterCommit && number % 2 == 0)
            {
                await freshet.CommitAsync(transaction); // every other one in one call, where there is nothing to stand still at before
            }
            else
            {
                await freshet.SaveOutboxAsync(transaction);
                await StandAsync(CrashStep.AfterOutboxInsert);
                await LedgerDatabase.WriteAsync(transaction, "another-row", number);
                await StandAsync(CrashStep.BeforeCommit);
                await transaction.CommitAsync();
            }
            await StandAsync(CrashStep.AfterCommit);
        }
        await action.CompleteAsync(); // its mark is written a moment later
        await StandAsync(CrashStep.AfterAppend);
        await outbox.Marks.FlushAsync();
        await StandAsync(CrashStep.AfterMark);
        _ = action.Token!.Value.Position.ToString(CultureInfo.InvariantCulture);
        await StandAsync(CrashStep.BeforeAnswer);
        return 0;

        async Task StandAsync(CrashStep at)
        {
            if (at != step) return;
            var isHeld = services.GetRequiredService<FreshnessLog>().Holds[HoldOutcome.NotPlaced] == 0;
            await Console.Out.WriteLineAsync($"at {step}{(isHeld ? "" : ", not held")}");
            await Task.Delay(Timeout.Infinite);
        }
    }
}
