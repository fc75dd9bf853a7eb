using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>From before the commit on, high queries with the event's tags read the source (R8).</summary>
public sealed class HoldTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task AHighQueryReadsTheSourceFromBeforeTheCommitUntilTheEndOfTheAction(bool isAsync, bool commits)
    {
        var commit = new AtCommit();
        await using var app = await DeskApp.StartAsync(new DeskChoices { Interceptors = [commit] });
        (await ReadApartAsync(app)).ShouldBe((0, false));
        (await ReadApartAsync(app)).ShouldBe((0, true));
        var action = app.Freshet.BeginUserAction("pay");
        await using (var lease = app.Lease())
        {
            (await lease.Context.Invoices.SingleAsync()).Paid = 1;
            app.Raise("inv_0");
            (await ReadApartAsync(app)).IsCached.ShouldBeTrue("nothing is about to be committed");
            commit.Before = async () => commit.Seen = await ReadApartAsync(app);
            if (!commits) commit.Fails = new NotSupportedException("not this time");
            if (!commits) await Should.ThrowAsync<NotSupportedException>(SaveAsync);
            else await SaveAsync();
            commit.Seen.ShouldBe((0, false), "nobody stores or joins while the hold stands");
            (await ReadApartAsync(app)).ShouldBe((commits ? 1 : 0, false), "the hold stands until it is known what became of the write");

            async Task SaveAsync()
            {
                if (isAsync) await lease.Context.SaveChangesAsync();
                else lease.Context.SaveChanges();
            }
        }
        await action.DisposeAsync();
        (await app.SentAsync()).ShouldBe(commits ? ["inv_0"] : []);
        (await ReadApartAsync(app)).ShouldBe((commits ? 1 : 0, !commits), "what was rolled back outdates nothing");
        (await ReadApartAsync(app)).IsCached.ShouldBeTrue();
    }

    /// <summary>As another request would.</summary>
    private static async Task<(int Paid, bool IsCached)> ReadApartAsync(DeskApp app)
    {
        Task<Answer<int>> reading;
        using (ExecutionContext.SuppressFlow()) reading = Task.Run(async () => await app.Freshet.ReadAnswerAsync(Billing.Balance, "inv_0"));
        var answer = await reading;
        return (answer.Value, answer.Source == AnswerSource.Cache);
    }

    private sealed class AtCommit : DbTransactionInterceptor
    {
        public Func<Task>? Before { get; set; }

        public Exception? Fails { get; set; }

        public (int, bool) Seen { get; set; }

        public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
        {
            ActAsync().GetAwaiter().GetResult();
            return result;
        }

        public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            await ActAsync();
            return result;
        }

        private async Task ActAsync()
        {
            if (Before is { } before) await before();
            if (Fails is { } failure) throw failure;
        }
    }
}
