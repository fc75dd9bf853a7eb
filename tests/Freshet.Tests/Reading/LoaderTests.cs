using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Reading;

public sealed class LoaderTests
{
    [Fact]
    public async Task ALoaderRunsInItsOwnScopePreparedByTheInitializerAndOutsideItsCallersSurroundings()
    {
        await using var app = TestApp.Start<Scoped>(builder =>
        {
            builder.Services.AddScoped<Tenant>();
            builder.InitializeScopesWith<TenantFromArguments>();
        });
        Scoped.CallersContext.Value = "the caller's transaction";

        await app.Freshet.ReadAsync(Scoped.ByTenant, ("north", 7));
        var second = await app.Freshet.ReadAsync(Scoped.ByTenant, ("south", 7));

        second.ShouldBe("south,7,no context");
        Tenant.Disposed.ShouldBeGreaterThanOrEqualTo(2, "each load's scope is disposed when it ends");
    }

    [Fact]
    public async Task ALoaderMayBeAClassThatIsNotRegistered()
    {
        await using var app = TestApp.Start<Scoped>(builder =>
        {
            builder.Services.AddScoped<Tenant>();
            builder.InitializeScopesWith<TenantFromArguments>();
        });

        (await app.Freshet.ReadAsync(Scoped.ByClass, 5)).ShouldBe("class 5");
    }

    [Fact]
    public async Task AValueThatRefusesToBeStoredIsLoadedEachTime()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.Never, "a");
        await app.ReadAsync(Things.Never, "a");

        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task ATagOfAKindTheQueryDoesNotDeclareIsRefused()
    {
        await using var app = TestApp.Start();

        var error = await Should.ThrowAsync<UnknownDeclarationException>(() => app.Freshet.ReadAsync(Things.Undeclared, "a").AsTask());

        error.Name.ShouldBe("owner");
        error.Message.ShouldContain(".FindsTags(");
    }

    [Fact]
    public async Task WhatOutdatesAQueryThatALoaderReadOutdatesItsOwnResult()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Outer, "a");

        await app.WriteAsync("a", new Value(2));

        (await app.ReadAsync(Things.Outer, "a")).ShouldBe(2);
        (await app.Freshet.ReadAnswerAsync(Things.Outer, "a")).Tags.ShouldBe([Things.Thing.For("a")]);
    }

    [Fact]
    public async Task AResultMadeOfAnEntryLivesNoLongerThanThatEntry()
    {
        await using var app = TestApp.Start<Composite>();
        app.Source["a"] = new Value(1);
        await app.Freshet.ReadAsync(Composite.Part, "a");
        app.Time.Advance(TimeSpan.FromSeconds(50));
        await app.Freshet.ReadAsync(Composite.Whole, "a");
        app.Source["a"] = new Value(2); // an invalidation that was lost for good

        app.Time.Advance(TimeSpan.FromSeconds(20)); // the part is over a minute old, the whole only 20 seconds

        (await app.Freshet.ReadAsync(Composite.Whole, "a")).Number.ShouldBe(2);
    }

    [Fact]
    public async Task ALoaderThatReadsWhatIsBeingLoadedForItIsToldSoInsteadOfWaitingForItself()
    {
        await using var app = TestApp.Start<Composite>();

        var error = await Should.ThrowAsync<InvalidOperationException>(() => app.Freshet.ReadAsync(Composite.Itself, "a").AsTask());

        error.Message.ShouldContain("would wait for itself");
    }

    [Fact]
    public async Task TwoLoadersThatReadEachOtherWithoutDeclaringItAreRefusedInsteadOfWaitingForEachOther()
    {
        await using var app = TestApp.Start<Mutual>();

        var first = app.Freshet.ReadAsync(Mutual.First, "a").AsTask();
        var second = app.Freshet.ReadAsync(Mutual.Second, "a").AsTask();

        (await Should.ThrowAsync<UnknownDeclarationException>(first.WaitAsync(TimeSpan.FromSeconds(30)))).Message.ShouldContain(".Reads(");
        await Should.ThrowAsync<UnknownDeclarationException>(second.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task ALoaderThatReadsItselfPastTheCacheIsRefusedToo()
    {
        await using var app = TestApp.Start<Composite>();
        var future = new ReadRequirement(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 99));

        await Should.ThrowAsync<InvalidOperationException>(() => app.Freshet.ReadAnswerAsync(Composite.Itself, "a", future).AsTask());
    }

    [Fact]
    public async Task WhatALoaderHungOnItsCancellationTokenNeitherHoldsNorFailsTheReaderThatLeaves()
    {
        await using var app = TestApp.Start<Cancelling>();
        var gate = app.Source.HoldNext("a");
        using var cancellation = new CancellationTokenSource();
        var read = app.Freshet.ReadAsync(Cancelling.Query, "a", cancellation.Token).AsTask();
        await gate.Reached;

        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(read);
        await app.LogLines.WaitForAsync("what it had registered on its cancellation token threw");
        gate.Open();
    }

    private sealed class Mutual() : Catalog("mutual-team")
    {
        private static readonly TaskCompletionSource _bothLoad = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private static int _loading;

        public static readonly CachedQuery<string, Value> First = new CachedQuery<string, Value>("first", RiskLevel.Low)
            .LoadWith((IFreshet freshet, string id, CancellationToken ct) => ReadOtherAsync(freshet, Second!, id, ct));

        public static readonly CachedQuery<string, Value> Second = new CachedQuery<string, Value>("second", RiskLevel.Low)
            .LoadWith((IFreshet freshet, string id, CancellationToken ct) => ReadOtherAsync(freshet, First, id, ct));

        private static async Task<Value> ReadOtherAsync(IFreshet freshet, CachedQuery<string, Value> other, string id, CancellationToken ct)
        {
            if (Interlocked.Increment(ref _loading) == 2) _bothLoad.SetResult();
            await _bothLoad.Task;
            return await freshet.ReadAsync(other, id, ct);
        }
    }

    private sealed class Cancelling() : Catalog("cancelling-team")
    {
        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("cancelling", RiskLevel.Low)
            .LoadWith(async (Source source, string id, CancellationToken ct) =>
            {
                await using var registration = ct.Register(() => throw new FormatException("a driver's callback failed"));
                return await source.ReadAsync(id, CancellationToken.None);
            });
    }

    private sealed class Tenant : IDisposable
    {
        private static int _disposed;

        public static int Disposed => Volatile.Read(ref _disposed);

        public string Name { get; set; } = "nobody";

        public void Dispose() => Interlocked.Increment(ref _disposed);
    }

    private sealed class TenantFromArguments : IScopeInitializer
    {
        public ValueTask InitializeAsync(LoadScope scope, CancellationToken cancellationToken)
        {
            if (scope.Arguments is (string tenant, int _)) scope.Services.GetRequiredService<Tenant>().Name = tenant;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Scoped() : Catalog("scope-team")
    {
        public static readonly AsyncLocal<string?> CallersContext = new();

        public static readonly CachedQuery<(string Tenant, int Id), string> ByTenant =
            new CachedQuery<(string Tenant, int Id), string>("by-tenant", RiskLevel.Low)
                .RequiresScopeInitializer()
                .LoadWith((Tenant tenant, (string Tenant, int Id) args, CancellationToken _) =>
                    Task.FromResult($"{tenant.Name},{args.Id},{CallersContext.Value ?? "no context"}"));

        public static readonly CachedQuery<int, string> ByClass = new CachedQuery<int, string>("by-class", RiskLevel.Low).LoadWith<ClassLoader>();
    }

    private sealed class ClassLoader : IQueryLoader<int, string>
    {
        public Task<string> LoadAsync(int args, LoadContext context, CancellationToken cancellationToken) => Task.FromResult($"class {args}");
    }

    private sealed class Composite() : Catalog("composite-team")
    {
        public static readonly Tag<string> Thing = new("thing");

        public static readonly CachedQuery<string, Value> Part = new CachedQuery<string, Value>("part", RiskLevel.Low)
            .DependsOn(Thing, id => id)
            .WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromMinutes(1) })
            .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));

        public static readonly CachedQuery<string, Value> Whole = new CachedQuery<string, Value>("whole", RiskLevel.Low)
            .Reads(Part)
            .LoadWith(async (IFreshet freshet, string id, CancellationToken ct) => await freshet.ReadAsync(Part, id, ct));

        /// <summary>Declares that it reads something else, and reads itself behind its back.</summary>
        public static readonly CachedQuery<string, Value> Itself = new CachedQuery<string, Value>("itself", RiskLevel.Low)
            .LoadWith(async (IFreshet freshet, string id, CancellationToken ct) => await freshet.ReadAsync(Itself!, id, ct));
    }
}
