using System.Collections.Concurrent;

namespace Freshet.AspNetCore.Tests.Rendering;

public sealed record ArticleEdited(string Id);

/// <summary>The declarations of the pages' tests: articles of a site.</summary>
public sealed class Site() : Catalog(owner: "site-team")
{
    public static readonly Tag<string> Article = new("article");
    public static readonly Tag<string> Author = new("author");

    public static readonly Event<ArticleEdited> Edited = new Event<ArticleEdited>("article.edited").Invalidates(Article, e => e.Id);

    public static readonly CachedQuery<string, string> Text = new CachedQuery<string, string>("article-text", RiskLevel.Medium)
        .DependsOn(Article, id => id)
        .LoadWith((Press press, string id, CancellationToken _) => press.LoadAsync(id));

    public static readonly CachedQuery<string, string> Price = new CachedQuery<string, string>("article-price", RiskLevel.High)
        .DependsOn(Article, id => id)
        .LoadWith((Press press, string id, CancellationToken _) => press.LoadAsync(id));

    public static readonly CachedQuery<string, string> Byline = new CachedQuery<string, string>("article-byline", RiskLevel.Medium)
        .DependsOn(Article, id => id).FindsTags(Author)
        .LoadWith((Press press, string id, LoadContext load, CancellationToken _) =>
        {
            load.AddTag(Author.For("ann"));
            return press.LoadAsync(id);
        });

    public static readonly CachedQuery<string, string> Draft = new CachedQuery<string, string>("article-draft", RiskLevel.Medium)
        .DependsOn(Article, id => id)
        .LoadWith((Press press, string id, LoadContext load, CancellationToken _) =>
        {
            load.DoNotCache();
            return press.LoadAsync(id);
        });
}

/// <summary>The source of the articles, and what happens while pages are rendered from it.</summary>
public sealed class Press
{
    private readonly ConcurrentDictionary<string, string> _texts = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _awaited = [];
    private int _loads;
    private int _renders;

    public int Loads => Volatile.Read(ref _loads);

    public int Renders => Volatile.Read(ref _renders);

    public Exception? LoadFails { get; set; }

    /// <summary>Runs in every render, with its number from 1, after the page has read and before it writes.</summary>
    public Func<int, Task> OnRender { get; set; } = _ => Task.CompletedTask;

    public string this[string id]
    {
        get => _texts.GetValueOrDefault(id, "1");
        set => _texts[id] = value;
    }

    public Task<string> LoadAsync(string id)
    {
        Interlocked.Increment(ref _loads);
        return LoadFails is null ? Task.FromResult(this[id]) : Task.FromException<string>(LoadFails);
    }

    public Task RenderAsync()
    {
        int number;
        lock (_awaited)
        {
            number = ++_renders;
            foreach (var (count, reached) in _awaited)
            {
                if (count <= number) reached.TrySetResult();
            }
        }
        return OnRender(number);
    }

    /// <summary>Ends when so many renders have read what they show.</summary>
    public Task RendersAsync(int count)
    {
        lock (_awaited)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_renders >= count) reached.SetResult();
            else _awaited.Add((count, reached));
            return reached.Task;
        }
    }
}
