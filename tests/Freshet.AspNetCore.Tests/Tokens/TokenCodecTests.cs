using System.Buffers.Text;

namespace Freshet.AspNetCore.Tests;

public sealed class TokenCodecTests
{
    private const int PositionSignBit = 21 * 8 + 7; // a negative position is none, whoever signed it
    private static readonly ConsistencyToken _token = new(Epoch.Create(), 41);

    [Fact]
    public void A_token_comes_back_as_it_went()
    {
        var text = Wire.Codec(Wire.Key).Write(_token);

        Wire.Codec(Wire.Key).TryRead(text, out var read, out var isVerified).ShouldBeNull();

        read.ShouldBe(_token);
        isVerified.ShouldBeTrue();
        text.Length.ShouldBe(60);
        text.ShouldAllBe(c => char.IsAsciiLetterOrDigit(c) || c == '-' || c == '_');
    }

    [Fact]
    public void The_wire_form_of_version_1_stays_readable()
    {
        var epoch = new Epoch(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));

        var bytes = Base64Url.DecodeFromChars(Wire.Codec(Wire.Key).Write(new ConsistencyToken(epoch, 0x0102)));

        bytes.Length.ShouldBe(45);
        bytes[0].ShouldBe((byte)1);
        Convert.ToHexString(bytes[5..29]).ShouldBe("00112233445566778899AABBCCDDEEFF0000000000000102");
        Convert.ToHexString(bytes[1..5]).ShouldBe(Convert.ToHexString(Wire.Ring(Wire.Key).Current.Id));
    }

    [Fact]
    public void A_change_of_any_bit_is_noticed()
    {
        var codec = Wire.Codec(Wire.Key);
        var bytes = Base64Url.DecodeFromChars(codec.Write(_token));
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            var forged = (byte[])bytes.Clone();
            forged[i / 8] ^= (byte)(1 << (i % 8));

            var fault = codec.TryRead(Base64Url.EncodeToString(forged), out var read, out var isVerified);

            isVerified.ShouldBeFalse($"bit {i}");
            // Another key id is an unknown key: usable, but it says nothing any more.
            if (i / 8 is >= 1 and < 5) read.Position.ShouldBe(0);
            else fault.ShouldBe(i / 8 == 0 || i == PositionSignBit ? TokenFault.Malformed : TokenFault.BadSignature, $"bit {i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("opaque")]
    [InlineData("!!!!")]
    [InlineData("AQ==")]
    [InlineData("\u00e4\u00f6\u00fc")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")] // as long as a token
    [InlineData("AQAAAAAAAAAAAAAAAAAAAAAA                AAAAAAAAAAAAAAAAAAAA")] // white space is skipped when decoding
    public void Garbage_is_malformed(string text) =>
        Wire.Codec(Wire.Key).TryRead(text, out _, out _).ShouldBe(TokenFault.Malformed);

    [Fact]
    public void A_token_of_any_other_length_is_malformed()
    {
        var codec = Wire.Codec(Wire.Key);
        var text = codec.Write(_token);
        for (var length = 0; length < text.Length; length++) codec.TryRead(text[..length], out _, out _).ShouldBe(TokenFault.Malformed);
        codec.TryRead(text + "A", out _, out _).ShouldBe(TokenFault.Malformed);
        codec.TryRead(text + text, out _, out _).ShouldBe(TokenFault.Malformed);
        codec.TryRead(text[..58] + "==", out _, out _).ShouldBe(TokenFault.Malformed);
    }

    [Fact]
    public void A_negative_position_is_malformed_even_if_signed()
    {
        var codec = Wire.Codec(Wire.Key);

        codec.TryRead(codec.Write(_token with { Position = -1 }), out _, out _).ShouldBe(TokenFault.Malformed);
    }

    [Fact]
    public void A_token_under_an_unknown_key_names_an_epoch_that_no_log_has_and_no_position()
    {
        var text = Wire.Codec(Wire.OtherKey).Write(_token with { Position = long.MaxValue });

        Wire.Codec(Wire.Key).TryRead(text, out var read, out var isVerified).ShouldBeNull();

        isVerified.ShouldBeFalse();
        read.ShouldBe(new ConsistencyToken(new Epoch(Guid.Empty), 0));
    }

    [Fact]
    public void When_keys_rotate_the_first_signs_and_all_verify()
    {
        var before = Wire.Codec(Wire.Key).Write(_token);
        var rotated = Wire.Codec(Wire.OtherKey, Wire.Key);

        rotated.TryRead(before, out var read, out var isVerified).ShouldBeNull();
        read.ShouldBe(_token);
        isVerified.ShouldBeTrue();

        Wire.Codec(Wire.OtherKey).TryRead(rotated.Write(_token), out _, out isVerified);
        isVerified.ShouldBeTrue();
        Wire.Codec(Wire.Key).TryRead(rotated.Write(_token), out _, out isVerified);
        isVerified.ShouldBeFalse();
    }

    [Fact]
    public void A_key_id_does_not_tell_the_key_and_purposes_have_keys_of_their_own()
    {
        var key = Wire.Ring(Wire.Key).Current;

        key.TokenKey.ShouldNotBe(key.TagKey);
        key.TokenKey[..4].ShouldNotBe(key.Id);
        Convert.FromBase64String(Wire.Key)[..4].ShouldNotBe(key.Id);
    }
}
