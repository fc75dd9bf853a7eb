using System.Buffers;
using System.Text;
using Microsoft.Extensions.Caching.Hybrid;

namespace Freshet;

/// <summary>Text as UTF-8.</summary>
internal sealed class TextPayload : IHybridCacheSerializer<string>
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true); // half a character is refused, not replaced

    public string Deserialize(ReadOnlySequence<byte> source) => _strict.GetString(source);

    public void Serialize(string value, IBufferWriter<byte> target) => _strict.GetBytes(value, target);
}

/// <summary>Bytes as they are.</summary>
internal sealed class BytesPayload : IHybridCacheSerializer<byte[]>
{
    public byte[] Deserialize(ReadOnlySequence<byte> source) => source.ToArray();

    public void Serialize(byte[] value, IBufferWriter<byte> target) => target.Write(value);
}
