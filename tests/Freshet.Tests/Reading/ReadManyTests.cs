using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Reading;

/// <summary>Many keys at once: one loader call for the misses, and every rule of single reads.</summary>
public sealed class ReadManyTests
{
    [Fact]
    public async Task TheMissesAreLoadedWithOneCallAndTheHitsAreNot()
    {
        await using var app = TestApp.Start<Many>();
        Fill(app, "abcd");
        await app.ReadAsync(Many.Query, "b");
        Many.CallsOf(app).ShouldBe(["b"]);

        var values = await app.Freshet.ReadManyAsync(Many.Query, ["a", "b", "c", "a"]);

        values.Select(pair => (pair.Key, pair.Value.Number)).ShouldBe([("a", 'a'), ("b", 'b'), ("c", 'c')], ignoreOrder: true);
        Many.CallsOf(app).ShouldBe(["b", "a,c"]);
        (await app.ReadAsync(Many.Query, "c")).ShouldBe('c');
        Many.CallsOf(app).Count.ShouldBe(2);
    }

    [Fact]
    public async Task NoneGiveNone()
    {
        await using var app = TestApp.Start<Many>();

        (await app.Freshet.ReadManyAsync(Many.Query, [])).ShouldBeEmpty();

        Many.CallsOf(app).ShouldBeEmpty();
    }

    [Fact]
    public async Task MoreThanTheBatchSizeAreGivenToSeveralCalls()
    {
        await using var app = TestApp.Start<Many>();

        await app.Freshet.ReadManyAsync(Many.Query, ["a", "b", "c", "d", "e"]); // at most 3 at once

        Many.CallsOf(app).ShouldBe(["a,b,c", "d,e"], ignoreOrder: true);
    }

    [Fact]
    public async Task AReadOfOneKeyJoinsTheBatchAndABatchJoinsARunningLoad()
    {
        await using var app = TestApp.Start<Many>();
        Fill(app, "abc");
        var gate = app.Source.HoldNext("a");
        var batch = app.Freshet.ReadManyAsync(Many.Query, ["a", "b"]).AsTask();
        await gate.Reached;
        var single = app.ReadAsync(Many.Query, "b");
        var second = app.Freshet.ReadManyAsync(Many.Query, ["b", "c"]).AsTask();

        gate.Open();

        (await single, (await batch)["b"].Number, (await second)["b"].Number).ShouldBe(('b', 'b', 'b'));
        Many.CallsOf(app).ShouldBe(["a,b", "c"]);
    }

    /// <summary>R1 and R2 for each key of a batch by itself.</summary>
    [Fact]
    public async Task AnInvalidationDuringTheBatchOutdatesTheKeysItTouchesAndNoOther()
    {
        await using var app = TestApp.Start<Many>();
        Fill(app, "ab");
        var gate = app.Source.HoldNext("b"); // a and b are read by then
        var batch = app.Freshet.ReadManyAsync(Many.Query, ["a", "b"]).AsTask();
        await gate.Reached;
        await app.WriteAsync("a", new Value(2));
        gate.Open();
        await batch;

        (await app.ReadAsync(Many.Query, "a")).ShouldBe(2);
        (await app.ReadAsync(Many.Query, "b")).ShouldBe('b');
        Many.CallsOf(app).ShouldBe(["a,b", "a"]);
    }

    [Fact]
    public async Task ALoaderThatLeavesOneOutFailsTheCallAndStoresNothing()
    {
        await using var app = TestApp.Start<Many>();
        Fill(app, "ab");
        app.Source["b"] = new Value(-1); // left out

        var error = await Should.ThrowAsync<IncompleteBatchException>(app.Freshet.ReadManyAsync(Many.Query, ["a", "b"]).AsTask());

        (error.Query, error.Asked, error.Missing, error.Code).ShouldBe(("many", 2, 1, "incomplete-batch"));
        app.Source["b"] = new Value(1);
        await app.ReadAsync(Many.Query, "a");
        Many.CallsOf(app).ShouldBe(["a,b", "a"]);
    }

    [Fact]
    public async Task ABadKeyStartsNothing()
    {
        await using var app = TestApp.Start<Many>();

        await Should.ThrowAsync<InvalidKeyException>(app.Freshet.ReadManyAsync(Many.Query, ["a", ""]).AsTask());

        Many.CallsOf(app).ShouldBeEmpty();
    }

    [Fact]
    public async Task WhenEverybodyHasLeftTheBatchIsCancelled()
    {
        await using var app = TestApp.Start<Many>();
        var gate = app.Source.HoldNext("a");
        using var cancellation = new CancellationTokenSource();
        var batch = app.Freshet.ReadManyAsync(Many.Query, ["a", "b"], cancellation.Token).AsTask();
        await gate.Reached;
        var stays = app.ReadAsync(Many.Query, "b");

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(batch);
        gate.IsCancelled.ShouldBeFalse();
        gate.Open();
        await stays;

        var second = app.Source.HoldNext("c");
        using var other = new CancellationTokenSource();
        var leaves = app.Freshet.ReadManyAsync(Many.Query, ["c", "d"], other.Token).AsTask();
        await second.Reached;
        await other.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(leaves);
        await second.Cancelled;
    }

    [Fact]
    public async Task TagsFoundForOneValueOutdateThatValueAlone()
    {
        await using var app = TestApp.Start<Many>();
        Fill(app, "ab");
        await app.Freshet.ReadManyAsync(Many.Found, ["a", "b"]);

        await using (var action = app.Freshet.BeginUserAction("owner"))
        {
            app.Freshet.Raise(new OwnerChanged($"owner-{(int)'a'}"));
            await action.CompleteAsync();
        }
        await app.Freshet.ReadManyAsync(Many.Found, ["a", "b"]);

        Many.CallsOf(app).ShouldBe(["a,b", "a"]);
    }

    [Fact]
    public async Task WithoutALoaderForManyEachMissIsLoadedByItself()
    {
        await using var app = TestApp.Start();
        Fill(app, "ab");

        var values = await app.Freshet.ReadManyAsync(Things.High, ["a", "b"]);

        (values["a"].Number, values["b"].Number, app.Source.Reads).ShouldBe(('a', 'b', 2));
    }

    [Fact]
    public async Task AKeyThatCannotBeComparedFailsTheCallOnceTheOthersHaveEnded()
    {
        await using var app = TestApp.Start<Touchy>();
        var broken = new Touchy.Key("b");
        await app.Freshet.ReadAsync(Touchy.Query, broken);
        await app.WriteAsync("b", new Value(2));
        broken.ThrowsOnceItsTextIsMade = true; // that is after its miss and before its load
        var gate = app.Source.HoldNext("a");

        var reading = app.Freshet.ReadManyAsync(Touchy.Query, [new Touchy.Key("a"), broken]).AsTask();
        await gate.Reached;

        reading.IsCompleted.ShouldBeFalse("a load that was begun is waited for");
        gate.Open();
        await Should.ThrowAsync<NotSupportedException>(reading);
    }

    private sealed class Touchy() : Catalog("touchy-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<Key, Value> Query = new CachedQuery<Key, Value>("touchy", RiskLevel.High)
            .KeyedBy(key => key.Text)
            .DependsOn(Thing, key => key.Text)
            .LoadWith((Source source, Key key, CancellationToken ct) => source.ReadAsync(key.Id, ct));

        public sealed class Key(string id) : IEquatable<Key>
        {
            private bool _throws;

            public bool ThrowsOnceItsTextIsMade { get; set; }

            public string Id => id;

            public string Text
            {
                get
                {
                    _throws = ThrowsOnceItsTextIsMade;
                    return id;
                }
            }

            public bool Equals(Key? other) => _throws ? throw new NotSupportedException("cannot be compared") : other?.Id == id;

            public override bool Equals(object? obj) => Equals(obj as Key);

            public override int GetHashCode() => id.GetHashCode(StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task InsideAnActionTheKeysItTouchesAreReadPastTheCache()
    {
        await using var app = TestApp.Start<Many>();
        Fill(app, "ab");
        await app.Freshet.ReadManyAsync(Many.Query, ["a", "b"]);
        await using var action = app.Freshet.BeginUserAction("write");
        app.Source["a"] = new Value(2);
        app.Freshet.Raise(new ThingChanged("a"));

        (await app.Freshet.ReadManyAsync(Many.Query, ["a", "b"]))["a"].Number.ShouldBe(2);

        Many.CallsOf(app).ShouldBe(["a,b", "a"]);
        await action.CompleteAsync();
    }

    [Fact]
    public async Task MoreKeysThanEverFitTheQueueAreReadInWaves()
    {
        await using var app = TestApp.Start();
        var keys = Enumerable.Range(0, 3_000).Select(i => $"k{i}").ToList();

        (await app.Freshet.ReadManyAsync(Things.High, keys)).Count.ShouldBe(3_000);

        await using var action = app.Freshet.BeginUserAction("bulk");
        foreach (var key in keys) app.Freshet.Raise(new ThingChanged(key));
        (await app.Freshet.ReadManyAsync(Things.High, keys)).Count.ShouldBe(3_000); // past the cache
        await action.CompleteAsync();
    }

    /// <summary>One scope cannot be two tenants'.</summary>
    [Fact]
    public async Task WhereScopesArePreparedEachKeyIsLoadedInItsOwn()
    {
        await using var app = TestApp.Start<Many>(builder =>
        {
            builder.Services.AddScoped<Tenant>();
            builder.InitializeScopesWith<TenantFromArguments>();
        });

        var values = await app.Freshet.ReadManyAsync(Many.OfTenant, [("t1", 1), ("t2", 1)]);

        (values[("t1", 1)], values[("t2", 1)]).ShouldBe(("row of t1", "row of t2"));
    }

    /// <summary>S17, for each key of a batch by itself.</summary>
    [Fact]
    public async Task AKeyWhoseReplicaLagsIsAskedAboutAgainAndFailsAlone()
    {
        await using var app = TestApp.Start<Many>();
        app.Source["a"] = new Value(7, Version: 7);
        app.Source["b"] = new Value(1, Version: 1);
        await app.Freshet.ReadAsync(Many.Versioned, "a");
        await app.WriteAsync("a", new Value(6, Version: 6)); // a replica that has not heard of 7

        var batch = app.Freshet.ReadManyAsync(Many.Versioned, ["a", "b"]).AsTask();
        await Should.ThrowAsync<LaggingSourceException>(app.Time.PassAsync(batch));

        (await app.Freshet.ReadAnswerAsync(Many.Versioned, "b")).Source.ShouldBe(AnswerSource.Cache);
        Many.CallsOf(app).ShouldBe(["a", "a,b", "a", "a", "a"]);
    }

    [Fact]
    public async Task WhatTheLoaderReadsInTurnOutdatesEveryValueOfTheBatch()
    {
        await using var app = TestApp.Start<Many>();
        Fill(app, "ab");
        await app.Freshet.ReadManyAsync(Many.Outer, ["a", "b"]);

        await app.WriteAsync("b", new Value(2)); // read by the loader for both of them

        var values = await app.Freshet.ReadManyAsync(Many.Outer, ["a", "b"]);
        (values["a"], values["b"]).ShouldBe(('a' + 2, 'a' + 2));
    }

    private static void Fill(TestApp app, string keys)
    {
        foreach (var key in keys) app.Source[key.ToString()] = new Value(key);
    }

    private sealed class Many() : Catalog("many-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Tag<string> Owner = new("owner");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);
        public static readonly Event<OwnerChanged> OwnerChanged = new Event<OwnerChanged>("owner.changed").Invalidates(Owner, e => e.OwnerId!);

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("many", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .LoadManyWith((Source source, IReadOnlyList<string> ids, CancellationToken ct) => LoadAsync(source, ids, ct), batchSize: 3);

        public static readonly CachedQuery<string, Value> Found = new CachedQuery<string, Value>("found-many", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .FindsTags(Owner)
            .LoadManyWith(async (Source source, IReadOnlyList<string> ids, BatchContext<string> context, CancellationToken ct) =>
            {
                var values = await LoadAsync(source, ids, ct);
                foreach (var (id, value) in values) context[id].AddTag(Owner.For($"owner-{value.Number}"));
                return values;
            });

        public static readonly CachedQuery<string, Value> Versioned = new CachedQuery<string, Value>("versioned-many", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .VersionedBy(value => value.Version)
            .LoadManyWith((Source source, IReadOnlyList<string> ids, CancellationToken ct) => LoadAsync(source, ids, ct));

        /// <summary>The sum of all that it was asked for.</summary>
        public static readonly CachedQuery<string, int> Outer = new CachedQuery<string, int>("outer-many", RiskLevel.High)
            .Reads(Query)
            .LoadManyWith(async (IFreshet freshet, IReadOnlyList<string> ids, CancellationToken ct) =>
            {
                var sum = (await freshet.ReadManyAsync(Query, ids, ct)).Values.Sum(value => value.Number);
                return (IReadOnlyDictionary<string, int>)ids.ToDictionary(id => id, _ => sum);
            });

        public static readonly CachedQuery<(string Tenant, int Id), string> OfTenant = new CachedQuery<(string Tenant, int Id), string>("of-tenant", RiskLevel.High)
            .DependsOn(Thing, key => key.Tenant)
            .LoadManyWith((Tenant tenant, IReadOnlyList<(string Tenant, int Id)> keys, CancellationToken _) =>
                Task.FromResult<IReadOnlyDictionary<(string Tenant, int Id), string>>(keys.ToDictionary(key => key, _ => $"row of {tenant.Name}")));

        /// <summary>The loader's calls: the keys of each.</summary>
        public static IReadOnlyList<string> CallsOf(TestApp app) => app.Source.Batches;

        private static async Task<IReadOnlyDictionary<string, Value>> LoadAsync(Source source, IReadOnlyList<string> ids, CancellationToken ct)
        {
            source.NoteBatch(string.Join(',', ids));
            var values = new Dictionary<string, Value>();
            foreach (var id in ids)
            {
                if (await source.ReadAsync(id, ct) is { Number: >= 0 } value) values[id] = value;
            }
            return values;
        }
    }
}

public sealed class Tenant
{
    public string Name { get; set; } = "nobody";
}

public sealed class TenantFromArguments(Tenant tenant) : IScopeInitializer
{
    public ValueTask InitializeAsync(LoadScope scope, CancellationToken cancellationToken)
    {
        if (scope.Arguments is (string name, int _)) tenant.Name = name;
        return ValueTask.CompletedTask;
    }
}
