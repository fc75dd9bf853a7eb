using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Freshet.Tests.SecondLevel;

public sealed record ShapeV1(int Number);

public sealed record ShapeV2(string Number);

/// <summary>The application before a deploy.</summary>
public sealed class Before() : Catalog("deploy-team")
{
    public static readonly Tag<string> Row = new("row");
    public static readonly CachedQuery<string, ShapeV1> Shape = new CachedQuery<string, ShapeV1>("shape", RiskLevel.Medium)
        .DependsOn(Row, id => id).LoadWith((Source source, string id, CancellationToken _) => Task.FromResult(new ShapeV1(source[id].Number)));
}

/// <summary>The application after it: another shape, and another schema number.</summary>
public sealed class After() : Catalog("deploy-team")
{
    public static readonly Tag<string> Row = new("row");
    public static readonly CachedQuery<string, ShapeV2> Shape = new CachedQuery<string, ShapeV2>("shape", RiskLevel.Medium, schema: 2)
        .DependsOn(Row, id => id).LoadWith((Source source, string id, CancellationToken _) => Task.FromResult(new ShapeV2($"number {source[id].Number}")));
}

/// <summary>The same, by somebody who forgot the schema number.</summary>
public sealed class Careless() : Catalog("deploy-team")
{
    public static readonly Tag<string> Row = new("row");
    public static readonly CachedQuery<string, ShapeV2> Shape = new CachedQuery<string, ShapeV2>("shape", RiskLevel.Medium)
        .DependsOn(Row, id => id).LoadWith((Source source, string id, CancellationToken _) => Task.FromResult(new ShapeV2($"number {source[id].Number}")));
}

/// <summary>The same shape with another tag.</summary>
public sealed class MoreTags() : Catalog("deploy-team")
{
    public static readonly Tag<string> Row = new("row");
    public static readonly Tag<string> Table = new("table");
    public static readonly CachedQuery<string, ShapeV1> Shape = new CachedQuery<string, ShapeV1>("shape", RiskLevel.Medium)
        .DependsOn(Row, id => id).DependsOn(Table.For("all")).LoadWith((Source source, string id, CancellationToken _) => Task.FromResult(new ShapeV1(source[id].Number + 100)));
}

[JsonSerializable(typeof(Value))]
internal sealed partial class ValueContext : JsonSerializerContext;

/// <summary>How values become bytes and come back; what does not come back is a miss.</summary>
public sealed class PayloadTests
{
    [Fact]
    public async Task S30_ADeployNeverReadsTheOldShape()
    {
        await using var nodes = Nodes.Start<Before, After>();
        nodes.Source["a"] = new Value(1);
        await nodes.A.Freshet.ReadAsync(Before.Shape, "a");
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Before.Shape)[StoreResult.Stored] == 1);

        (await nodes.B.Freshet.ReadAsync(After.Shape, "a")).ShouldBe(new ShapeV2("number 1"));
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.B, After.Shape)[StoreResult.Stored] == 1);

        nodes.Store.Keys.Order().ShouldBe(["app:shape:v1:a", "app:shape:v2:a"]); // both versions run side by side
        Nodes.CountersOf(nodes.B, After.Shape)[SecondLevelResult.Miss].ShouldBe(1);
    }

    [Fact]
    public async Task AForgottenSchemaNumberIsAMissAndTold()
    {
        await using var nodes = Nodes.Start<Before, Careless>();
        nodes.Source["a"] = new Value(1);
        await nodes.A.Freshet.ReadAsync(Before.Shape, "a");
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Before.Shape)[StoreResult.Stored] == 1);

        (await nodes.B.Freshet.ReadAsync(Careless.Shape, "a")).ShouldBe(new ShapeV2("number 1"));
        Nodes.CountersOf(nodes.B, Careless.Shape)[SecondLevelResult.Unreadable].ShouldBe(1);
        nodes.B.LogLines.Lines.ShouldContain(line => line.Text.Contains("Raise the query's schema", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatLacksATagThatTheQueryNowDeclaresIsOutdated()
    {
        await using var nodes = Nodes.Start<Before, MoreTags>();
        nodes.Source["a"] = new Value(1);
        await nodes.A.Freshet.ReadAsync(Before.Shape, "a");
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Before.Shape)[StoreResult.Stored] == 1);

        (await nodes.B.Freshet.ReadAsync(MoreTags.Shape, "a")).ShouldBe(new ShapeV1(101));
    }

    [Fact]
    public async Task ForeignBytesAreAMissCountedAndToldOnce()
    {
        await using var nodes = Nodes.Start();
        foreach (var id in (string[])["a", "b"])
        {
            nodes.Source[id] = new Value(1);
            nodes.Store[$"app:plain:v1:{id}"] = "somebody else's"u8.ToArray();
            (await nodes.A.ReadAsync(Sharing.Plain, id)).ShouldBe(1);
        }

        Nodes.CountersOf(nodes.A, Sharing.Plain)[SecondLevelResult.Unreadable].ShouldBe(2);
        nodes.A.LogLines.Lines.Count(line => line.Text.Contains("cannot be read", StringComparison.Ordinal)).ShouldBe(1);
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Sharing.Plain)[StoreResult.Stored] == 2);
        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(1, "it was overwritten");
        nodes.Source.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task AnEntryCopiedToAnotherKeyIsAMiss()
    {
        await using var nodes = Nodes.Start();
        (nodes.Source["a"], nodes.Source["b"]) = (new Value(1), new Value(2));
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        nodes.Store["app:plain:v1:b"] = nodes.Store["app:plain:v1:a"];

        (await nodes.B.ReadAsync(Sharing.Plain, "b")).ShouldBe(2);
    }

    [Fact]
    public async Task LongValuesAreCompressedAndTooLongOnesStayHere()
    {
        await using var nodes = Nodes.Start(builder => builder.ConfigureSecondLevel(options => options.MaxPayloadBytes = 10_000));
        (nodes.Source["fits"], nodes.Source["not"]) = (new Value(10_000), new Value(10_001));
        await nodes.A.Freshet.ReadAsync(Sharing.Text, "fits");
        await nodes.A.Freshet.ReadAsync(Sharing.Text, "not");
        var counters = Nodes.CountersOf(nodes.A, Sharing.Text);
        await Nodes.UntilAsync(() => counters[StoreResult.Stored] + counters[StoreResult.TooLarge] == 2);

        counters[StoreResult.TooLarge].ShouldBe(1);
        nodes.Store[nodes.Store.Keys.ShouldHaveSingleItem()].Length.ShouldBeLessThan(200);
        (await nodes.B.Freshet.ReadAsync(Sharing.Text, "fits")).ShouldBe(new string('x', 10_000));
        (await nodes.A.Freshet.ReadAnswerAsync(Sharing.Text, "not")).Source.ShouldBe(AnswerSource.Cache);
        nodes.A.LogLines.Lines.Count(line => line.Text.Contains("MaxPayloadBytes", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task AValueThatJsonLosesIsNotGivenToOtherNodes()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(7);
        (await nodes.A.Freshet.ReadAsync(Sharing.Lossy, "a")).Number.ShouldBe(7);
        await nodes.A.LogLines.WaitForAsync("is not the same after it was written as JSON");

        (await nodes.B.Freshet.ReadAsync(Sharing.Lossy, "a")).Number.ShouldBe(7);
        nodes.Store.Keys.ShouldBeEmpty();
    }

    [Fact]
    public async Task ASerializerThatIsRegisteredIsUsed()
    {
        var (named, typed) = (new Upside("named"), new Upside("typed"));
        await using var nodes = Nodes.Start(builder => builder.Services
            .AddSingleton<IHybridCacheSerializer<Value>>(typed).AddKeyedSingleton<IHybridCacheSerializer<Value>>("plain", named)
            .AddSingleton<IHybridCacheSerializerFactory>(new Factory()));
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        await nodes.FillAsync(nodes.A, Sharing.Medium, "a");
        await nodes.A.Freshet.ReadAsync(Sharing.Text, "a");
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Sharing.Text)[StoreResult.Stored] == 1);

        Payload("app:plain:v1:a").ShouldStartWith("named");
        Payload("app:medium:v1:a").ShouldStartWith("typed");
        Payload("app:text:v1:a").ShouldBe("made");
        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(0);
        nodes.Source.Reads.ShouldBe(3);

        string Payload(string key)
        {
            EntryCodec.TryRead(key, nodes.Store[key], out _, out var payload).ShouldBeTrue();
            return Encoding.UTF8.GetString(payload.Bytes.Span);
        }
    }

    [Fact]
    public async Task ASerializerThatThrowsFailsNoRead()
    {
        await using var nodes = Nodes.Start(builder => builder.Services.AddSingleton<IHybridCacheSerializer<Value>>(new Upside("broken") { Failure = new InvalidOperationException() }));
        nodes.Source["a"] = new Value(1);

        (await nodes.A.ReadAsync(Sharing.Plain, "a")).ShouldBe(1);
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Sharing.Plain)[StoreResult.Failed] == 1);
        nodes.A.LogLines.Lines.ShouldContain(line => line.Text.Contains("its serializer threw InvalidOperationException", StringComparison.Ordinal));
    }

    [Fact]
    public void AContextIsEnoughForAnApplicationThatIsTrimmed()
    {
        var serializer = new PayloadSerializers(new ServiceCollection().BuildServiceProvider(), new JsonSerializerOptions { TypeInfoResolver = ValueContext.Default }).For<Value>("plain", out var isOwn);
        var target = new ArrayBufferWriter<byte>();
        serializer.Serialize(new Value(3, 4), target);

        serializer.Deserialize(new ReadOnlySequence<byte>(target.WrittenMemory)).ShouldBe(new Value(3, 4));
        isOwn.ShouldBeTrue();
    }

    [Fact]
    public void ATypeThatNothingWritesIsAFaultAtTheStart()
    {
        var thrown = Should.Throw<SecondLevelException>(() => Nodes.Start(builder => builder.ConfigureSecondLevel(options => options.Json = new JsonSerializerOptions { TypeInfoResolver = ValueContext.Default })));

        thrown.ShouldSatisfyAllConditions(each => each.Code.ShouldBe("no-serializer"), each => each.Query.ShouldBe("lossy"), each => each.Message.ShouldContain(".InMemoryOnly()"));
    }

    [Fact]
    public void LongArgumentsAreHashedAndNeverMeet()
    {
        var prefix = SecondLevelKey.PrefixOf("app", Sharing.Plain);
        var (one, other) = (SecondLevelKey.For(prefix, new string('a', 201)), SecondLevelKey.For(prefix, new string('a', 202)));

        SecondLevelKey.For(prefix, new string('a', 200)).Text.ShouldBe($"app:plain:v1:{new string('a', 200)}");
        one.Text.ShouldStartWith("app:plain:v1::");
        one.Text.Length.ShouldBe("app:plain:v1::".Length + 43);
        one.Text.ShouldNotBe(other.Text);
        one.Whole.ShouldNotBe(one.Text);
    }

    [Fact]
    public void OptionsComeFromConfigurationAndAreChecked()
    {
        using var good = Options(("Enabled", "false"), ("CompressFrom", "100"), ("MaxPayloadBytes", "2000"), ("MaxPendingStores", "7"), ("StoreTimeout", "00:00:05"), ("FailuresBeforePause", "9"), ("Pause", "00:00:03"));
        good.GetRequiredService<IOptions<SecondLevelOptions>>().Value.ShouldBeEquivalentTo(new SecondLevelOptions
        {
            Enabled = false, CompressFrom = 100, MaxPayloadBytes = 2_000, MaxPendingStores = 7, StoreTimeout = TimeSpan.FromSeconds(5), FailuresBeforePause = 9, Pause = TimeSpan.FromSeconds(3),
        });

        using var bad = Options(("MaxPayloadBytes", "0"), ("Pause", "00:02:00"));
        Should.Throw<OptionsValidationException>(() => bad.GetRequiredService<IOptions<SecondLevelOptions>>().Value).Failures.Count().ShouldBe(2);
        using var unreadable = Options(("Pause", "soon"));
        Should.Throw<OptionsValidationException>(() => unreadable.GetRequiredService<IOptions<SecondLevelOptions>>().Value).Message.ShouldContain("Freshet:SecondLevel:Pause cannot be read");

        static ServiceProvider Options(params (string Name, string Value)[] values)
        {
            var services = new ServiceCollection();
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values.Select(each => KeyValuePair.Create($"Freshet:SecondLevel:{each.Name}", (string?)each.Value))).Build());
            services.AddFreshet();
            return services.BuildServiceProvider();
        }
    }

    private sealed class Upside(string mark) : IHybridCacheSerializer<Value>
    {
        public Exception? Failure { get; init; }

        public Value Deserialize(ReadOnlySequence<byte> source) => new(int.Parse(Encoding.UTF8.GetString(source)[(mark.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture));

        public void Serialize(Value value, IBufferWriter<byte> target)
        {
            if (Failure is { } failure) throw failure;
            target.Write(Encoding.UTF8.GetBytes($"{mark} {value.Number}"));
        }
    }

    private sealed class Factory : IHybridCacheSerializerFactory, IHybridCacheSerializer<string>
    {
        public bool TryCreateSerializer<T>([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            serializer = this as IHybridCacheSerializer<T>;
            return serializer is not null;
        }

        public string Deserialize(ReadOnlySequence<byte> source) => "";

        public void Serialize(string value, IBufferWriter<byte> target) => target.Write("made"u8);
    }
}
