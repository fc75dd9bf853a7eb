using System.Security.Cryptography;
using System.Text;

namespace Freshet.Redis;

/// <summary>A script, and the name by which a server knows it that has met it.</summary>
/// <remarks>Called by its name: to find out whether the server knows a script, the client would go through its whole text at each call.</remarks>
internal sealed class RedisScript(string text)
{
    public string Text => text;

#pragma warning disable CA5350 // Redis's own naming.
    public byte[] Hash { get; } = SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
}
