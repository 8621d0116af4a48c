document.body.append('The console is being built.');
