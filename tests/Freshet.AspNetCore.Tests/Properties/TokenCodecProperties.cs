using System.Buffers.Text;
using FsCheck;
using FsCheck.Fluent;
using Property = Freshet.Tests.Properties.Property;

namespace Freshet.AspNetCore.Tests.Properties;

/// <summary>Any token comes back as it went, and nothing but a token that we wrote is believed.</summary>
public sealed class TokenCodecProperties
{
    private static readonly TokenCodec _codec = Wire.Codec(Wire.Key);

    private static Gen<ConsistencyToken> Tokens =>
        from epoch in Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf(16)
        from high in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, int.MaxValue))
        from low in Gen.Choose(0, int.MaxValue)
        select new ConsistencyToken(new Epoch(new Guid(epoch)), ((long)high << 32) | (uint)low);

    [Fact]
    public void AnyTokenComesBackAsItWent() => Property.Holds(Tokens, token =>
    {
        _codec.TryRead(_codec.Write(token), out var read, out var isVerified).ShouldBeNull();
        read.ShouldBe(token);
        isVerified.ShouldBeTrue();
        Wire.Codec(Wire.OtherKey, Wire.Key).TryRead(_codec.Write(token), out read, out isVerified).ShouldBeNull();
        read.ShouldBe(token);
        isVerified.ShouldBeTrue();
    });

    /// <summary>Refused, or, where the key's id was hit, a token of an epoch that no log has.</summary>
    [Fact]
    public void ATokenWithAnyOneBitChangedIsNotBelieved() => Property.Holds(
        from token in Tokens from bit in Gen.Choose(0, 45 * 8 - 1) select (token, bit),
        value =>
        {
            var bytes = Base64Url.DecodeFromChars(_codec.Write(value.token));
            bytes[value.bit / 8] ^= (byte)(1 << (value.bit % 8));
            ShouldNotBeBelieved(Base64Url.EncodeToString(bytes));
        }, runs: 2_000);

    [Fact]
    public void ATokenWithAnyCharactersChangedIsNotBelieved() => Property.Holds(
        from token in Tokens
        from at in Gen.Choose(0, 59)
        from text in Gen.Elements("ABCxyz019-_ =+/!%é\n".ToCharArray()).NonEmptyListOf().Resize(5)
        select (Written: _codec.Write(token), at, text: string.Concat(text)),
        value =>
        {
            var length = Math.Min(value.text.Length, 60 - value.at);
            var forged = string.Concat(value.Written.AsSpan(0, value.at), value.text, value.Written.AsSpan(value.at + length));
            if (forged != value.Written) ShouldNotBeBelieved(forged);
        }, runs: 1_000);

    /// <summary>The parts of two good tokens put together otherwise: a position of one epoch for another, a signature for another position.</summary>
    [Fact]
    public void TheStartOfOneTokenWithTheEndOfAnotherIsNotBelieved() => Property.Holds(
        from one in Tokens from other in Tokens from at in Gen.Choose(1, 44) select (one, other, at),
        value =>
        {
            var (one, other) = (Base64Url.DecodeFromChars(_codec.Write(value.one)), Base64Url.DecodeFromChars(_codec.Write(value.other)));
            byte[] mixed = [.. one[..value.at], .. other[value.at..]];
            if (!mixed.SequenceEqual(one) && !mixed.SequenceEqual(other)) ShouldNotBeBelieved(Base64Url.EncodeToString(mixed));
        }, runs: 1_000);

    [Fact]
    public void AnyTextAtAllIsReadWithoutAnException() => Property.Holds(
        Gen.Choose(0, char.MaxValue).Select(number => (char)number).ListOf().Select(string.Concat),
        text => ShouldNotBeBelieved(text), size: 80);

    private static void ShouldNotBeBelieved(string text)
    {
        var fault = _codec.TryRead(text, out var read, out var isVerified);
        isVerified.ShouldBeFalse(text);
        read.ShouldBe(fault is null ? new ConsistencyToken(new Epoch(Guid.Empty), 0) : default, text);
    }
}
