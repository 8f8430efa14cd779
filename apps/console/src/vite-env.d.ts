declare module 'virtual:look/base.css';
