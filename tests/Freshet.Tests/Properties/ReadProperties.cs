using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>A whole application with little memory, over any sequence of writes, invalidations, reads and waits: no read ever returns what its level does not accept.</summary>
/// <remarks>
/// Every value ever written is kept with the positions and the time at which the source held it, so any answer can be judged from
/// first principles, however it came about: by a hit, a load, a joined load or one in the background.
/// </remarks>
public sealed class ReadProperties
{
    private static readonly string[] _ids = ["a", "b", "c"];

    private enum Kind
    {
        ReadHigh,
        ReadMedium,
        ReadLow,
        ReadOuter,
        Write,
        WriteByWebhook,
        Expire,
        MarkStale,
        Wait,
    }

    private sealed record Step(Kind Kind, int Id, int Amount);

    /// <summary>One value of one row: known to the source from one position and moment until another.</summary>
    private sealed record Known(int Number, long From)
    {
        public long UntilPosition { get; set; } = long.MaxValue; // position of the record that made it outdated

        public TimeSpan UntilTime { get; set; } = TimeSpan.MaxValue;
    }

    [Fact]
    public void NoReadReturnsWhatItsLevelDoesNotAccept() => Property.HoldsForAnySequence(
        from kind in Gen.Frequency(
            (4, Gen.Constant(Kind.ReadHigh)), (5, Gen.Constant(Kind.ReadMedium)), (5, Gen.Constant(Kind.ReadLow)), (2, Gen.Constant(Kind.ReadOuter)),
            (3, Gen.Constant(Kind.Write)), (3, Gen.Constant(Kind.WriteByWebhook)), (1, Gen.Constant(Kind.Expire)), (2, Gen.Constant(Kind.MarkStale)), (3, Gen.Constant(Kind.Wait)))
        from id in Gen.Choose(0, _ids.Length - 1)
        from amount in Gen.Choose(0, 100)
        select new Step(kind, id, amount), steps => FollowsAsync(steps).GetAwaiter().GetResult(), runs: 150, size: 60);

    private static async Task FollowsAsync(IReadOnlyList<Step> steps)
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.MaxEntries = 5));
        var run = new Run(app);
        foreach (var step in steps) await run.StepAsync(step);
    }

    private sealed class Run(TestApp app)
    {
        private readonly InvalidationList _list = new();
        private readonly Dictionary<string, List<Known>> _known = _ids.ToDictionary(id => id, _ => new List<Known> { new(0, 0) });
        private int _written;

        private TimeSpan Now => app.Time.GetElapsedTime(0);

        private long NowMilliseconds => (long)Now.TotalMilliseconds;

        public async Task StepAsync(Step step)
        {
            var id = _ids[step.Id];
            switch (step.Kind)
            {
                case Kind.ReadHigh:
                    ShouldBeAccepted(Things.High, id, await app.ReadAsync(Things.High, id));
                    break;
                case Kind.ReadMedium:
                    ShouldBeAccepted(Things.Medium, id, await app.ReadAsync(Things.Medium, id));
                    break;
                case Kind.ReadLow:
                    ShouldBeAccepted(Things.Low, id, await app.ReadAsync(Things.Low, id));
                    break;
                case Kind.ReadOuter:
                    ShouldBeAccepted(Things.Outer, id, await app.ReadAsync(Things.Outer, id));
                    break;
                case Kind.Write:
                    await WriteAsync(id, app.Freshet.BeginUserAction("write"));
                    break;
                case Kind.WriteByWebhook:
                    await WriteAsync(id, app.Freshet.BeginWebhook("write"));
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
                    // Mostly seconds, so that deadlines are met from both sides; sometimes long enough to outlive a time to live.
                    app.Time.Advance(step.Amount < 80 ? TimeSpan.FromMilliseconds(step.Amount * 500) : TimeSpan.FromMinutes((step.Amount - 79) * 4));
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
                _known[id][^1].UntilPosition = position;
                _known[id][^1].UntilTime = Now;
                _known[id].Add(new Known(value, position));
            }
        }

        private void ShouldBeAccepted(CachedQuery query, string id, int number)
        {
            var value = _known[id].Find(known => known.Number == number).ShouldNotBeNull($"{query.Name}({id}) returned {number}, which nobody ever wrote there");
            if (value == _known[id][^1]) return;

            var about = $"{query.Name}({id}) returned {number} at {Now}, which {_known[id][_known[id].IndexOf(value) + 1].Number} replaced at {value.UntilTime}, position {value.UntilPosition}";
            query.Level.ShouldNotBe(RiskLevel.High, about);
            // The latest a load can have begun and still read this value, which is the most its reader can be granted.
            _list.Judge([Things.Thing.For(id)], value.UntilPosition - 1, NowMilliseconds).ShouldBe(Verdict.Stale, about);
            var longest = app.Freshet.Catalog.Queries.Single(declared => declared.Declaration == query).Policy.TimeToLive * 1.1;
            (Now - value.UntilTime).ShouldBeLessThan(longest, about);
        }
    }
}
