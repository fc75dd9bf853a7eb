using FsCheck;
using FsCheck.Fluent;
using Property = Freshet.Tests.Properties.Property;

namespace Freshet.Tests.SecondLevel;

public sealed class EntryCodecTests
{
    private const string Key = "app:plain:v1:a";

    private static readonly Epoch _epoch = Epoch.Create();

    private static readonly Gen<EntryHeader> _headers =
        from position in Gen.Choose(0, int.MaxValue)
        from version in Gen.OneOf(Gen.Constant((long?)null), Gen.Elements<long?>(long.MinValue, -1, 0, 1, long.MaxValue))
        from schema in Gen.Choose(1, 1_000)
        from age in Gen.Choose(0, int.MaxValue)
        from livesFor in Gen.Choose(1, int.MaxValue)
        from took in Gen.Choose(0, 60_000)
        from tags in Gen.Elements("account:acc_88", "größe:ü", "line:a%3Ab:7").ListOf()
        select new EntryHeader(new LogPosition(_epoch, position), version, schema, age, livesFor, took, false, [.. tags.Distinct().Select(text => new Tag(text[..text.IndexOf(':', StringComparison.Ordinal)], text))]);

    private static readonly Gen<byte[]> _payloads = Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf();

    [Fact]
    public void WhatIsWrittenIsRead() => Property.Holds(_headers.Zip(_payloads), each =>
    {
        var (header, payload) = each;
        var packed = PackedPayload.Pack(payload, compressFrom: 16);
        EntryCodec.TryRead(Key, EntryCodec.Write(Key, header, packed), out var read, out var unpacked).ShouldBeTrue();

        (read with { Tags = header.Tags }).ShouldBe(header);
        read.Tags.ShouldBe(header.Tags);
        read.Tags.Select(tag => tag.Kind).ShouldBe(header.Tags.Select(tag => tag.Kind));
        unpacked.TryUnpack(payload.Length, out var raw).ShouldBeTrue();
        raw!.Value.ToArray().ShouldBe(payload);
    });

    // Where, what instead, and how many: from one byte to a torn write.
    private static readonly Gen<(int At, byte[] By)> _changes =
        from at in Gen.Choose(0, 4_000)
        from bytes in Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf()
        where bytes.Length > 0
        select (at, bytes);

    [Fact]
    public void ChangedBytesAreAMissOrTheSameEntry() => Property.Holds(_headers.Zip(_payloads).Zip(_changes), each =>
    {
        var ((header, payload), (at, by)) = each;
        var bytes = EntryCodec.Write(Key, header, PackedPayload.Pack(payload, compressFrom: 16));
        var changed = (byte[])bytes.Clone();
        for (var i = 0; i < by.Length && i < changed.Length; i++) changed[(at + i) % changed.Length] = by[i];

        EntryCodec.TryRead(Key, changed, out _, out _).ShouldBe(changed.SequenceEqual(bytes));
    }, runs: 3_000);

    [Fact]
    public void NoBitOfAnEntryIsWithoutMeaning()
    {
        var bytes = EntryCodec.Write(Key, new EntryHeader(new LogPosition(_epoch, 7), 3, 1, 10, 1_000, 5, false, [Things.Thing.For("a")]), PackedPayload.Pack(new byte[] { 1, 2, 3 }, 16));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            EntryCodec.TryRead(Key, bytes, out _, out _).ShouldBeFalse($"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        EntryCodec.TryRead(Key, bytes, out _, out _).ShouldBeTrue();
    }

    [Fact]
    public void AnythingElseIsAMiss() => Property.Holds(_payloads.Zip(Gen.Choose(0, 200)), each =>
    {
        var (bytes, length) = each;
        EntryCodec.TryRead(Key, bytes, out _, out _).ShouldBeFalse();
        var whole = EntryCodec.Write(Key, new EntryHeader(new LogPosition(_epoch, 7), 3, 1, 10, 1_000, 5, false, [Things.Thing.For("a")]), PackedPayload.Pack(bytes, 16));
        if (length < whole.Length) EntryCodec.TryRead(Key, whole.AsMemory(0, length), out _, out _).ShouldBeFalse();
        EntryCodec.TryRead(Key, (byte[])[.. whole, 0], out _, out _).ShouldBeFalse();
    });

    [Fact]
    public void AnEntryUnderAnotherKeyIsAMiss()
    {
        var bytes = EntryCodec.Write(Key, new EntryHeader(new LogPosition(_epoch, 7), null, 1, 0, 1_000, 0, true, []), default);

        EntryCodec.TryRead("app:plain:v1:b", bytes, out _, out _).ShouldBeFalse();
        EntryCodec.TryRead(Key, bytes, out var header, out _).ShouldBeTrue();
        header.IsNull.ShouldBeTrue();
    }

    [Fact]
    public void EpochAndPositionStandWhereAScriptLooks()
    {
        var bytes = EntryCodec.Write(Key, new EntryHeader(new LogPosition(_epoch, 0x0102_0304), null, 1, 0, 1_000, 0, true, []), default);

        Convert.ToHexStringLower(bytes.AsSpan(EntryCodec.EpochAt, 16)).ShouldBe(_epoch.ToString());
        bytes[(EntryCodec.EpochAt + 16)..(EntryCodec.EpochAt + 24)].ShouldBe([0, 0, 0, 0, 1, 2, 3, 4]);
    }

    [Fact]
    public void OnlyWhatGetsSmallerIsCompressed()
    {
        PackedPayload.Pack(new byte[5_000], 4_096).ShouldSatisfyAllConditions(packed => packed.IsCompressed.ShouldBeTrue(), packed => packed.Bytes.Length.ShouldBeLessThan(100));
        PackedPayload.Pack(new byte[4_095], 4_096).IsCompressed.ShouldBeFalse();
        var noise = new byte[5_000];
        new Random(1).NextBytes(noise);
        PackedPayload.Pack(noise, 4_096).IsCompressed.ShouldBeFalse();
    }

    [Fact]
    public void APayloadThatUnpacksToMoreThanTheLimitIsNotUnpacked()
    {
        var packed = PackedPayload.Pack(new byte[5_000], 16);

        packed.TryUnpack(4_999, out _).ShouldBeFalse();
        packed.TryUnpack(5_000, out _).ShouldBeTrue();
        (packed with { RawLength = 4_999 }).TryUnpack(5_000, out _).ShouldBeFalse();
        (packed with { RawLength = 5_001 }).TryUnpack(6_000, out _).ShouldBeFalse();
    }
}
