using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Freshet.AspNetCore;

/// <summary>An answer that nobody receives. It starts and ends as a real one does, because the application hangs its own work on both.</summary>
internal sealed class BackgroundResponse : IHttpResponseFeature, IHttpResponseBodyFeature
{
    private readonly Stack<(Func<object, Task> Run, object State)> _onStarting = new();
    private readonly Stack<(Func<object, Task> Run, object State)> _onCompleted = new();

    public BackgroundResponse()
    {
        Stream = new Nowhere(this);
        Writer = PipeWriter.Create(Stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public bool HasStarted { get; private set; }

    public Stream Stream { get; }

    public PipeWriter Writer { get; }

    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => throw new NotSupportedException("Replace the IHttpResponseBodyFeature instead, as HttpResponse.Body does.");
    }

    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (HasStarted) throw new InvalidOperationException("The answer has started; register OnStarting before writing to it.");
        _onStarting.Push((callback, state));
    }

    public void OnCompleted(Func<object, Task> callback, object state) => _onCompleted.Push((callback, state));

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (HasStarted) return;
        while (_onStarting.TryPop(out var callback)) await callback.Run(callback.State).ConfigureAwait(false);
        HasStarted = true;
    }

    public async Task CompleteAsync()
    {
        await StartAsync().ConfigureAwait(false);
        await Writer.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Runs what was to run at the end, the disposal of the request's services among it. All of it, whatever one throws.</summary>
    public async Task FinishAsync()
    {
        List<Exception>? errors = null;
        while (_onCompleted.TryPop(out var callback))
        {
            try
            {
                await callback.Run(callback.State).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Collected, and thrown together below.
            catch (Exception error)
#pragma warning restore CA1031
            {
                (errors ??= []).Add(error);
            }
        }
        if (errors is not null) throw new AggregateException(errors);
    }

    public void DisableBuffering()
    {
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    /// <summary>Starts the answer when it is written to, and keeps nothing: output caching has taken its copy on the way.</summary>
    private sealed class Nowhere(BackgroundResponse response) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => response.StartAsync(cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => response.StartAsync(cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => new(response.StartAsync(cancellationToken));

        // An application that lets its pages write synchronously waits here as it would there.
        public override void Flush() => response.StartAsync().GetAwaiter().GetResult();

        public override void Write(byte[] buffer, int offset, int count) => Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
