using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>A whole application with little memory, over any sequence of writes, some of them past Freshet, invalidations, reads and waits: no read ever returns what its level does not accept, or claims to be valid where it is not.</summary>
/// <remarks>
/// Every value ever written is kept with the positions and the time at which the source held it, so any answer can be judged from
/// first principles, however it came about: by a hit, a load, a joined load or one in the background.
/// </remarks>
public sealed class ReadProperties
{
    private static readonly string[] _ids = ["a", "b"];

    private enum Kind
    {
        ReadHigh,
        ReadMedium,
        ReadLow,
        ReadOuter,
        Write,
        WriteByWebhook,
        WriteUntold,
        Expire,
        MarkStale,
        Wait,
    }

    private sealed record Step(Kind Kind, int Id, int Amount);

    /// <summary>One value of one row, and until when the source held it.</summary>
    private sealed record Known(int Number)
    {
        public long UntilPosition { get; set; } = long.MaxValue; // the first position that a load which still read it cannot have captured

        public TimeSpan UntilTime { get; set; } = TimeSpan.MaxValue;
    }

    [Fact]
    public void NoReadReturnsWhatItsLevelDoesNotAccept() => Property.HoldsForAnySequence(
        from kind in Gen.Frequency(
            (4, Gen.Constant(Kind.ReadHigh)), (5, Gen.Constant(Kind.ReadMedium)), (5, Gen.Constant(Kind.ReadLow)), (5, Gen.Constant(Kind.ReadOuter)),
            (3, Gen.Constant(Kind.Write)), (3, Gen.Constant(Kind.WriteByWebhook)), (2, Gen.Constant(Kind.WriteUntold)),
            (1, Gen.Constant(Kind.Expire)), (2, Gen.Constant(Kind.MarkStale)), (5, Gen.Constant(Kind.Wait)))
        from id in Gen.Choose(0, _ids.Length - 1)
        from amount in Gen.Choose(0, 100)
        select new Step(kind, id, amount), steps => FollowsAsync(steps).GetAwaiter().GetResult(), runs: 300, size: 80);

    private static async Task FollowsAsync(IReadOnlyList<Step> steps)
    {
        await using var app = TestApp.Start(builder => builder.Configure(options =>
        {
            options.MaxEntries = 6;
            options.SweepInterval = TimeSpan.FromHours(1); // dead entries lie about for long
        }));
        var run = new Run(app);
        foreach (var step in steps) await run.StepAsync(step);
    }

    private sealed class Run(TestApp app)
    {
        private readonly InvalidationList _list = new();
        private readonly Dictionary<string, List<Known>> _known = _ids.ToDictionary(id => id, _ => new List<Known> { new(0) });
        private int _written;

        private TimeSpan Now => app.Time.GetElapsedTime(0);

        private long NowMilliseconds => (long)Now.TotalMilliseconds;

        public async Task StepAsync(Step step)
        {
            var id = _ids[step.Id];
            switch (step.Kind)
            {
                case Kind.ReadHigh:
                    await ReadAsync(Things.High, id, wholeAnswer: step.Amount % 2 == 0);
                    break;
                case Kind.ReadMedium:
                    await ReadAsync(Things.Medium, id, wholeAnswer: step.Amount % 2 == 0);
                    break;
                case Kind.ReadLow:
                    await ReadAsync(Things.Low, id, wholeAnswer: step.Amount % 2 == 0);
                    break;
                case Kind.ReadOuter:
                    await ReadAsync(Things.Outer, id, wholeAnswer: step.Amount % 2 == 0);
                    break;
                case Kind.Write:
                    await WriteAsync(id, app.Freshet.BeginUserAction("write"));
                    break;
                case Kind.WriteByWebhook:
                    await WriteAsync(id, app.Freshet.BeginWebhook("write"));
                    break;
                case Kind.WriteUntold: // past Freshet: only the time to live bounds how long that goes unnoticed
                    app.Source[id] = new Value(++_written);
                    Replace(id, _written, app.Freshet.Log.Position.Position + 1);
                    break;
                case Kind.Expire:
                    await app.ExpireAsync(id);
                    _list.Expire(Things.Thing.For(id), app.Freshet.Log.Position.Position);
                    break;
                case Kind.MarkStale:
                    await app.MarkStaleAsync(id, new Profile("any", default, default, TimeSpan.FromSeconds(step.Amount)));
                    _list.MarkStale(Things.Thing.For(id), app.Freshet.Log.Position.Position, NowMilliseconds + step.Amount * 1_000);
                    break;
                case Kind.Wait:
                    await app.SettledAsync(); // or a load in the background would seem to take all that time, and fail
                    // Seconds, minutes and hours: deadlines and times to live are met from both sides.
                    app.Time.Advance(step.Amount switch
                    {
                        < 45 => TimeSpan.FromMilliseconds(step.Amount * 500),
                        < 85 => TimeSpan.FromSeconds((step.Amount - 44) * 12),
                        _ => TimeSpan.FromMinutes((step.Amount - 84) * 5),
                    });
                    break;
            }
        }

        /// <summary>Changes the source, then tells of it: a person's write expires, a webhook's marks stale with the event's own deadline.</summary>
        private async Task WriteAsync(string id, FreshetAction action)
        {
            await using (action)
            {
                var value = ++_written;
                app.Source[id] = new Value(value);
                app.Freshet.Raise(new ThingChanged(id));
                var position = (await action.CompleteAsync())!.Value.Position;
                if (action.Trigger == TriggerKind.UserAction) _list.Expire(Things.Thing.For(id), position);
                else _list.MarkStale(Things.Thing.For(id), position, NowMilliseconds + (long)Profile.Seconds.Expire.TotalMilliseconds);
                Replace(id, value, position);
            }
        }

        private void Replace(string id, int number, long position)
        {
            _known[id][^1].UntilPosition = position;
            _known[id][^1].UntilTime = Now;
            _known[id].Add(new Known(number));
        }

        private async Task ReadAsync(CachedQuery<string, Value> query, string id, bool wholeAnswer)
        {
            if (!wholeAnswer)
            {
                ShouldBeAccepted(query, id, await app.ReadAsync(query, id)); // a hit takes a shorter way
                return;
            }
            var answer = await app.Freshet.ReadAnswerAsync(query, id).AsTask().WaitAsync(TimeSpan.FromSeconds(30)); // a watchdog, as in TestApp
            var value = ShouldBeAccepted(query, id, answer.Value.Number);
            var about = $"{query.Name}({id}) returned {value.Number}, valid from {answer.LoadedAt.Position} to {answer.ValidAt}, which was replaced at position {value.UntilPosition}";
            // Nothing may have outdated it between the last position at which it could be read and the one it claims to be loaded at (R1).
            _list.Judge([Things.Thing.For(id)], value.UntilPosition - 1, NowMilliseconds, upTo: answer.LoadedAt.Position).ShouldBe(Verdict.Fresh, about);
            answer.ValidAt.ShouldBeInRange(answer.LoadedAt.Position, app.Freshet.Log.Position.Position, about);
            _list.Judge([Things.Thing.For(id)], answer.LoadedAt.Position, NowMilliseconds, upTo: answer.ValidAt).ShouldBe(Verdict.Fresh, about);
        }

        private Known ShouldBeAccepted(CachedQuery query, string id, int number)
        {
            var value = _known[id].Find(known => known.Number == number).ShouldNotBeNull($"{query.Name}({id}) returned {number}, which nobody ever wrote there");
            if (value == _known[id][^1]) return value;

            var about = $"{query.Name}({id}) returned {number} at {Now}, which {_known[id][_known[id].IndexOf(value) + 1].Number} replaced at {value.UntilTime}, position {value.UntilPosition}";
            // Loaded as late as a load can have begun and still read this value, which is the most its reader can be granted.
            var verdict = _list.Judge([Things.Thing.For(id)], value.UntilPosition - 1, NowMilliseconds);
            ((int)verdict).ShouldBeLessThanOrEqualTo((int)(query.Level == RiskLevel.High ? Verdict.Fresh : Verdict.Stale), about);
            var longest = app.Freshet.Catalog.Queries.Single(declared => declared.Declaration == query).Policy.TimeToLive * 1.1;
            (Now - value.UntilTime).ShouldBeLessThan(longest, about);
            return value;
        }
    }
}
